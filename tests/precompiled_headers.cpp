// What the precompiled headers of all tests are built with: they must be compiled as programs are.
int main() {}
