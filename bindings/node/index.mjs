import usquic from "./index.cjs";

export const { quic, serve, file, folder, fetch3, developmentCertificate, QuicError } = usquic;
export default usquic;
