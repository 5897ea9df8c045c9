package io.llamaorch.adapter.llamacpp.internal.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The JDK's verification of a server (its chain, and that it is for the host of the URL), with two things added: a
 * certificate that is trusted by itself must be in its time too, which the JDK does not ask; and a refusal says in words
 * what is wrong.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class ServerTrust extends X509ExtendedTrustManager {

    private final X509ExtendedTrustManager jdk;

    ServerTrust(X509ExtendedTrustManager jdk) {
        this.jdk = jdk;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        try {
            jdk.checkServerTrusted(chain, authType, engine);
            chain[0].checkValidity();
        } catch (CertificateException e) {
            throw RefusedCertificate.of(chain[0], String.valueOf(engine.getPeerHost()), e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw withoutHost();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw withoutHost();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw noServer();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw noServer();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw noServer();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return jdk.getAcceptedIssuers();
    }

    private static CertificateException withoutHost() {
        return new CertificateException("a server is never trusted without a look at its host name");
    }

    private static CertificateException noServer() {
        return new CertificateException("this is the client's side");
    }
}
