package io.llamaorch.adapter.llamacpp.internal.tls;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A server's certificate that is not accepted; the message says for people why, and what to do. What it quotes of the
 * certificate is bounded, as the other end wrote it.
 */
final class RefusedCertificate extends CertificateException {

    private static final long serialVersionUID = 1L;

    private static final int LONGEST_QUOTE = 120;
    private static final int MOST_NAMES = 5;

    /** The kinds of alternative names that are a host's (RFC 5280 section 4.2.1.6). */
    private static final int DNS_NAME = 2;

    private static final int IP_ADDRESS = 7;

    private RefusedCertificate(String message, CertificateException cause) {
        super(message, cause);
    }

    static RefusedCertificate of(X509Certificate leaf, String host, CertificateException cause) {
        return new RefusedCertificate("its certificate " + why(leaf, host, cause), cause);
    }

    private static String why(X509Certificate leaf, String host, CertificateException cause) {
        if (isCausedBy(cause, CertificateExpiredException.class)) {
            return "or one above it has expired (its own on "
                    + leaf.getNotAfter().toInstant() + "): have the server use a new one";
        }
        if (isCausedBy(cause, CertificateNotYetValidException.class)) {
            return "or one above it is not valid yet (its own from "
                    + leaf.getNotBefore().toInstant() + " on): see that the clocks of both machines are right";
        }
        if (isCausedBy(cause, CertPathBuilderException.class)) {
            String subject = quote(leaf.getSubjectX500Principal().getName());
            String issuer = quote(leaf.getIssuerX500Principal().getName());
            return issuer.equals(subject)
                    ? "(" + subject + ") is signed by itself and not trusted: give it in option 'trust-store'"
                    : "(" + subject + ") is signed by " + issuer + ", which leads to nobody who is trusted: give the"
                            + " certificate of its authority in option 'trust-store'";
        }
        CertPathValidatorException broken = find(cause, CertPathValidatorException.class);
        if (broken != null) {
            return "is not trusted (" + quote(String.valueOf(broken.getMessage())) + "): have the server use another";
        }
        if (cause.getClass() != CertificateException.class) { // the JDK says wrong names with this one, and only them
            return "is not accepted (" + quote(String.valueOf(cause.getMessage())) + "): have the server use another";
        }
        return "is for " + names(leaf) + " and not for " + host + " (" + quote(String.valueOf(cause.getMessage()))
                + "): give a URL with a name that it is for, or have the server use a certificate for this one";
    }

    /** Whom a certificate is for: its alternative names that are DNS names or addresses, else its subject. */
    private static String names(X509Certificate certificate) {
        List<String> names;
        try {
            names = Stream.ofNullable(certificate.getSubjectAlternativeNames())
                    .flatMap(all -> all.stream())
                    .filter(entry -> Set.<Object>of(DNS_NAME, IP_ADDRESS).contains(entry.get(0)))
                    .map(entry -> entry.get(1))
                    .filter(String.class::isInstance)
                    .map(name -> quote((String) name))
                    .limit(MOST_NAMES)
                    .toList();
        } catch (CertificateParsingException e) {
            names = List.of();
        }
        return names.isEmpty()
                ? quote(certificate.getSubjectX500Principal().getName())
                : names.stream().collect(Collectors.joining(", "));
    }

    private static boolean isCausedBy(Throwable thrown, Class<? extends Throwable> type) {
        return find(thrown, type) != null;
    }

    private static <T extends Throwable> @Nullable T find(Throwable thrown, Class<T> type) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return type.cast(t);
            }
        }
        return null;
    }

    private static String quote(String words) {
        return words.length() <= LONGEST_QUOTE ? words : words.substring(0, LONGEST_QUOTE) + "…";
    }
}
