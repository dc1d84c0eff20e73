import usquic from "./index.cjs";

export const { quic, serve, file, folder, fetch3, QuicError } = usquic;
export default usquic;
