import usquic from "./index.cjs";

export const {
  quic, serve, nodeHandler, file, folder, fetch3, WebTransport, WebTransportError, developmentCertificate, QuicError,
} = usquic;
export default usquic;
