import usquic from "./index.cjs";

export const { quic, serve, fetch3, QuicError } = usquic;
export default usquic;
