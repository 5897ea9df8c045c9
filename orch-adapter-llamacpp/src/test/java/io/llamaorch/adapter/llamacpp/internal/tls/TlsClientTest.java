package io.llamaorch.adapter.llamacpp.internal.tls;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The stores that operators give, right and wrong (SEC-02), and what is told of them (SEC-01). */
@NoLeaks
class TlsClientTest {

    @TempDir
    private static Path folder;

    private static Identity identity;

    @BeforeAll
    static void makeIdentity() throws Exception {
        identity = Identity.of("engine-1");
    }

    private static SSLEngine begin(Map<String, String> options) throws IOException {
        return new TlsClient(TlsOptions.read(options)).begin("engine-1", 443);
    }

    private static String fault(Map<String, String> options) {
        String message = String.valueOf(
                assertThrows(TlsException.class, () -> begin(options)).getMessage());
        assertFalse(message.contains("wrong-pw"), message);
        return message;
    }

    private static Path file(String content) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "file", ".any"), content);
    }

    @Test
    void engine_alwaysVerifiesTheHost() throws Exception {
        SSLEngine engine = begin(Map.of());
        assertEquals("HTTPS", engine.getSSLParameters().getEndpointIdentificationAlgorithm());
        assertEquals(
                List.of("TLSv1.2", "TLSv1.3"),
                Arrays.stream(engine.getEnabledProtocols()).sorted().toList());
        assertTrue(engine.getUseClientMode());
    }

    @ParameterizedTest
    @CsvSource({"PKCS12,true", "JKS,true", "JKS,false"})
    void trustStore_ofEachType_isRead(String type, boolean withPassword) throws Exception {
        String file = identity.trustStoreIn(folder, type).toString();
        Map<String, String> options = withPassword
                ? Map.of("trust-store", file, "trust-store-password", Identity.PASSWORD)
                : Map.of("trust-store", file);
        assertDoesNotThrow(() -> begin(options));
    }

    @Test
    void trustStore_ofSeveralPemCertificates_trustsAllOfThem() throws Exception {
        Path file =
                file(identity.pem() + "\n# another: \u00e4\n" + Identity.of("b").pem());
        StoreFile store = TlsOptions.read(Map.of("trust-store", file.toString()))
                .trustStore()
                .orElseThrow();
        assertEquals(2, Stores.trust(store).getAcceptedIssuers().length);
    }

    @Test
    void trustStore_thatIsWrong_isNamedWithARemedy() throws Exception {
        String p12 = identity.trustStoreIn(folder, "PKCS12").toString();
        for (String[] wrong : new String[][] {
            {folder.resolve("none").toString(), "", "does not exist: give"},
            {folder.toString(), "", "is no store, as it is no file"},
            {file("nonsense").toString(), "", "no store of certificates or keys: give"},
            {file("").toString(), "", "no store of certificates or keys: give"},
            {
                file("-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----")
                        .toString(),
                "",
                "holds no certificate"
            },
            {
                file("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----")
                        .toString(),
                "",
                "certificate that cannot be read (number 1)"
            },
            {p12, "", "'trust-store-password'"},
            {p12, "wrong-pw", "is its password right?"},
        }) {
            String message = fault(
                    wrong[1].isEmpty()
                            ? Map.of("trust-store", wrong[0])
                            : Map.of("trust-store", wrong[0], "trust-store-password", wrong[1]));
            assertTrue(message.startsWith("option 'trust-store': " + wrong[0] + " "), message);
            assertTrue(message.contains(wrong[2]), message);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS"})
    void clientKeyStore_ofEachType_isRead(String type) throws Exception {
        String file = identity.keyStoreIn(folder, type).toString();
        assertDoesNotThrow(
                () -> begin(Map.of("client-key-store", file, "client-key-store-password", Identity.PASSWORD)));
    }

    @Test
    void clientKeyStore_thatIsWrong_isNamedWithARemedy() throws Exception {
        String trust = identity.trustStoreIn(folder, "PKCS12").toString();
        String keys = identity.keyStoreIn(folder, "PKCS12").toString();
        for (String[] wrong : new String[][] {
            {folder.resolve("none").toString(), "x", "does not exist"},
            {file(identity.pem()).toString(), "x", "is a PEM file: give a PKCS12 file"},
            {trust, Identity.PASSWORD, "holds no private key"},
            {keys, "wrong-pw", "is its password right?"},
            {keys, "", "'client-key-store-password'"},
        }) {
            String message = fault(
                    wrong[1].isEmpty()
                            ? Map.of("client-key-store", wrong[0])
                            : Map.of("client-key-store", wrong[0], "client-key-store-password", wrong[1]));
            assertTrue(message.startsWith("option 'client-key-store': " + wrong[0] + " "), message);
            assertTrue(message.contains(wrong[2]), message);
        }
    }

    /** A trust manager that does not know the host would accept any. */
    @Test
    void verification_withoutAHost_isRefused() throws Exception {
        ServerTrust trust = new ServerTrust(Stores.trust(
                TlsOptions.read(Map.of("trust-store", identity.pemIn(folder).toString()))
                        .trustStore()
                        .orElseThrow()));
        var chain = identity.chain().toArray(new java.security.cert.X509Certificate[0]);
        assertThrows(CertificateException.class, () -> trust.checkServerTrusted(chain, "EC"));
        assertThrows(CertificateException.class, () -> trust.checkServerTrusted(chain, "EC", (java.net.Socket) null));
        assertThrows(CertificateException.class, () -> trust.checkClientTrusted(chain, "EC"));
    }

    @Test
    void explanation_ofAnAlertAfterAClientCertificate_namesItsOption() throws Exception {
        TlsOptions options = TlsOptions.read(Map.of("client-key-store", "client.p12"));
        String words = new TlsClient(options).explain(new SSLHandshakeException("Received fatal alert: unknown_ca"));
        assertTrue(words.contains("does not accept the client certificate of option 'client-key-store'"), words);
        String other = new TlsClient(options).explain(new SSLHandshakeException("no cipher suites in common"));
        assertTrue(other.contains("no cipher suites in common"), other);
    }
}
