package io.llamaorch.adapter.llamacpp.internal.tls;

import java.io.EOFException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of TLS for one server. The stores are read when the first connection needs them, and once; after a
 * failure, anew at the next.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class TlsClient {

    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    /** How long a session may be resumed without a look at the certificate, which may have expired meanwhile. */
    private static final int SESSION_SECONDS = 600;

    /** A server may give as many sessions as it likes; so many are kept. */
    private static final int SESSIONS = 16;

    private static final Pattern ALERT = Pattern.compile("Received fatal alert: (\\w+)");

    /** The alerts by which servers ask for a client certificate, or refuse one. */
    private static final Set<String> CERTIFICATE_ALERTS = Set.of(
            "access_denied",
            "bad_certificate",
            "certificate_expired",
            "certificate_required",
            "certificate_revoked",
            "certificate_unknown",
            "handshake_failure",
            "unknown_ca",
            "unsupported_certificate");

    private final TlsOptions options;
    private final Lock lock = new ReentrantLock();
    private @Nullable SSLContext context;

    /**
     * Makes a client; reads nothing yet.
     *
     * @param options whom to trust and what to show
     */
    public TlsClient(TlsOptions options) {
        this.options = options;
    }

    /**
     * Begins a handshake. May block, for it reads the stores at the first time, and makes keys.
     *
     * @param host the server's name or address, that its certificate must be for
     * @param port its port
     * @return an engine whose handshake has begun
     * @throws IOException if there can be none; the message of a {@link TlsException} is for people
     */
    public SSLEngine begin(String host, int port) throws IOException {
        SSLEngine engine = context().createSSLEngine(host, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setServerNames(serverNames(host));
        engine.setSSLParameters(parameters);
        engine.beginHandshake();
        return engine;
    }

    /**
     * Says in words why a handshake failed.
     *
     * @param failure what ended it
     * @return what is wrong, and what to do
     */
    public String explain(IOException failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof TlsException || t instanceof RefusedCertificate) {
                return String.valueOf(t.getMessage());
            }
        }
        if (failure instanceof EOFException || !(failure instanceof SSLException)) {
            return "it closed the connection in the TLS handshake: see that TLS is spoken on that port, and the"
                    + " server's log";
        }
        String alert = alert(failure);
        return alert.isEmpty()
                ? "the TLS handshake failed (" + failure.getMessage() + "): see the server's log"
                : inWords(alert);
    }

    /**
     * Tells a server that refuses us after the handshake, as it does for the sake of a client certificate with TLS 1.3,
     * from a connection that broke.
     *
     * @param failure what ended the connection in place of an answer
     * @return what the server said, in words; empty if it refused nothing
     */
    public Optional<String> refusal(IOException failure) {
        String alert = alert(failure);
        return CERTIFICATE_ALERTS.contains(alert) ? Optional.of(inWords(alert)) : Optional.empty();
    }

    private static String alert(IOException failure) {
        Matcher alert = ALERT.matcher(String.valueOf(failure.getMessage()));
        return alert.find() ? alert.group(1) : "";
    }

    private String inWords(String alert) {
        String refused = "it refused the TLS connection (alert " + alert + ")";
        if (alert.equals("protocol_version")) {
            return refused + ": it must speak TLS 1.2 or 1.3";
        }
        if (CERTIFICATE_ALERTS.contains(alert)) {
            return refused
                    + (options.clientKeyStore().isPresent()
                            ? ": perhaps it does not accept the client certificate of option 'client-key-store'"
                            : ": perhaps it wants a client certificate, which option 'client-key-store' gives");
        }
        return refused + ": see the server's log";
    }

    private SSLContext context() throws IOException {
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TlsException("the adapter was closed while TLS was set up", e);
        }
        try {
            SSLContext current = context;
            if (current == null) {
                current = open();
                context = current;
            }
            return current;
        } finally {
            lock.unlock();
        }
    }

    private SSLContext open() throws IOException {
        try {
            StoreFile keys = options.clientKeyStore().orElse(null);
            KeyManager[] keyManagers = keys == null ? new KeyManager[0] : Stores.keys(keys);
            TrustManager trust =
                    new ServerTrust(Stores.trust(options.trustStore().orElse(null)));
            SSLContext opened = SSLContext.getInstance("TLS");
            opened.init(keyManagers, new TrustManager[] {trust}, null);
            SSLSessionContext sessions = opened.getClientSessionContext();
            sessions.setSessionTimeout(SESSION_SECONDS);
            sessions.setSessionCacheSize(SESSIONS);
            return opened;
        } catch (GeneralSecurityException e) {
            throw new TlsException("TLS cannot be set up in this JVM (" + e.getMessage() + ")", e);
        }
    }

    /** The name to ask for, if the host is one: addresses, and what no DNS name can be, are never sent. */
    private static List<SNIServerName> serverNames(String host) {
        boolean address = host.indexOf(':') >= 0 || host.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '.');
        try {
            return address ? List.of() : List.of(new SNIHostName(host.replaceFirst("\\.$", "")));
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }
}
