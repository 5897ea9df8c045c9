package io.llamaorch.adapter.llamacpp.internal.tls;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;

/**
 * A key and its certificate, made for a test: in its time or not, for these hosts, signed by itself or by another. In
 * this JVM, as the JDK's keytool would need a process and a second for each.
 *
 * @param key the private key
 * @param chain the certificate, and those above it
 */
public record Identity(PrivateKey key, List<X509Certificate> chain) {

    /** The password of its key stores. */
    public static final String PASSWORD = "not-a-secret";

    private static final byte[] ECDSA_WITH_SHA256 =
            tag(0x30, new byte[] {6, 8, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 4, 3, 2});
    private static final byte[] ALTERNATIVE_NAMES = {6, 3, 0x55, 0x1d, 0x11};
    private static final byte[] BASIC_CONSTRAINTS = {6, 3, 0x55, 0x1d, 0x13};
    private static final DateTimeFormatter UTC_TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    /** One that is valid now and signed by itself, for these names or addresses. */
    public static Identity of(String... hosts) throws GeneralSecurityException, IOException {
        return of(Duration.ofHours(-1), Duration.ofHours(1), Optional.empty(), hosts);
    }

    /** One that was valid once. */
    public static Identity expired(String... hosts) throws GeneralSecurityException, IOException {
        return of(Duration.ofDays(-3), Duration.ofDays(-2), Optional.empty(), hosts);
    }

    /** One that will be valid. */
    public static Identity early(String... hosts) throws GeneralSecurityException, IOException {
        return of(Duration.ofDays(2), Duration.ofDays(3), Optional.empty(), hosts);
    }

    /** One that is valid now and signed by this one. */
    public Identity sign(String... hosts) throws GeneralSecurityException, IOException {
        return of(Duration.ofHours(-1), Duration.ofHours(1), Optional.of(this), hosts);
    }

    private static Identity of(Duration from, Duration to, Optional<Identity> issuer, String... hosts)
            throws GeneralSecurityException, IOException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair keys = generator.generateKeyPair();
        byte[] name = new X500Principal("CN=" + (hosts.length == 0 ? "authority" : "test of " + hosts[0])).getEncoded();
        byte[] issuerName = issuer.map(
                        above -> above.chain().get(0).getSubjectX500Principal().getEncoded())
                .orElse(name);
        Instant now = Instant.now();
        byte[] body = tag(
                0x30,
                tag(0xa0, new byte[] {2, 1, 2}),
                tag(2, new byte[] {1}, new SecureRandom().generateSeed(8)),
                ECDSA_WITH_SHA256,
                issuerName,
                tag(0x30, time(now.plus(from)), time(now.plus(to))),
                name,
                keys.getPublic().getEncoded(),
                tag(0xa3, tag(0x30, extensions(hosts))));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(issuer.map(Identity::key).orElse(keys.getPrivate()));
        signature.update(body);
        byte[] encoded = tag(0x30, body, ECDSA_WITH_SHA256, tag(3, new byte[1], signature.sign()));
        X509Certificate certificate = (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
        return new Identity(
                keys.getPrivate(),
                issuer.map(above -> List.of(certificate, above.chain().get(0))).orElse(List.of(certificate)));
    }

    /** An authority's if it is for no host. */
    private static byte[] extensions(String... hosts) throws IOException {
        if (hosts.length == 0) {
            return tag(0x30, BASIC_CONSTRAINTS, tag(4, tag(0x30, new byte[] {1, 1, -1})));
        }
        ByteArrayOutputStream names = new ByteArrayOutputStream();
        for (String host : hosts) {
            boolean address = host.matches("[0-9.]+|.*:.*");
            names.write(
                    address
                            ? tag(0x87, InetAddress.getByName(host).getAddress())
                            : tag(0x82, host.getBytes(StandardCharsets.US_ASCII)));
        }
        return tag(0x30, ALTERNATIVE_NAMES, tag(4, tag(0x30, names.toByteArray())));
    }

    private static byte[] time(Instant at) {
        return tag(0x17, UTC_TIME.format(at).getBytes(StandardCharsets.US_ASCII));
    }

    /** An element of DER. */
    private static byte[] tag(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream element = new ByteArrayOutputStream();
        element.write(tag);
        if (content.size() >= 0x80) {
            element.write(content.size() >= 0x100 ? 0x82 : 0x81);
        }
        if (content.size() >= 0x100) {
            element.write(content.size() >> 8);
        }
        element.write(content.size());
        element.writeBytes(content.toByteArray());
        return element.toByteArray();
    }

    /** What a server, or a client that shows it, needs; it trusts the others. */
    public SSLContext context(Identity... trusted) throws GeneralSecurityException, IOException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store("PKCS12"), PASSWORD.toCharArray());
        KeyStore others = KeyStore.getInstance("PKCS12");
        others.load(null, null);
        for (Identity other : trusted) {
            others.setCertificateEntry("c" + others.size(), other.chain().get(0));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(others);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    /** Its certificate as PEM, with words before it as openssl writes them. */
    public String pem() throws GeneralSecurityException {
        return "subject=/CN=x\n-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(chain.get(0).getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    /** A file with its certificate as PEM. */
    public Path pemIn(Path folder) throws GeneralSecurityException, IOException {
        return Files.writeString(Files.createTempFile(folder, "certificate", ".pem"), pem());
    }

    /** A file with its key and certificates. */
    public Path keyStoreIn(Path folder, String type) throws GeneralSecurityException, IOException {
        return write(store(type), Files.createTempFile(folder, "key", ".store"));
    }

    /** A file with its certificate as one that is trusted. */
    public Path trustStoreIn(Path folder, String type) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(type);
        store.load(null, null);
        store.setCertificateEntry("trusted", chain.get(0));
        return write(store, Files.createTempFile(folder, "trust", ".store"));
    }

    private KeyStore store(String type) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(type);
        store.load(null, null);
        store.setKeyEntry("key", key, PASSWORD.toCharArray(), chain.toArray(new X509Certificate[0]));
        return store;
    }

    private static Path write(KeyStore store, Path file) throws GeneralSecurityException, IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD.toCharArray());
        }
        return file;
    }
}
