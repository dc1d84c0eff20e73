import usquic from "./index.cjs";

export const { quic, serve, fetch3, developmentCertificate, QuicError } = usquic;
export default usquic;
