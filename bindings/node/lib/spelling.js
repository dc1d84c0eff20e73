// Which name was meant by one that is not known.
"use strict";

// The nearest of `known`, or undefined where none is near: letters in the wrong case, a few that are wrong, missing, too
// many or in each other's place, or the beginning of a name.
function nearest(name, known) {
  let best;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = distanceOf(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best ?? (name.length > 2 ? known.find((candidate) => candidate.startsWith(name)) : undefined);
}

// How many letters have to be put in, left out, changed, or exchanged with their neighbour.
function distanceOf(from, to) {
  let rowBefore = [];
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; ++i) {
    const next = [i];
    for (let j = 1; j <= to.length; ++j) {
      const changed = row[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1);
      next[j] = Math.min(changed, row[j] + 1, next[j - 1] + 1);
      const isExchanged = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (isExchanged) next[j] = Math.min(next[j], rowBefore[j - 2] + 1);
    }
    [rowBefore, row] = [row, next];
  }
  return row[to.length];
}

module.exports = { nearest };
