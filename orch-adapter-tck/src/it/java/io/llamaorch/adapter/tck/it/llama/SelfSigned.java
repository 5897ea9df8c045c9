package io.llamaorch.adapter.tck.it.llama;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A key and a certificate for 127.0.0.1 in PEM files, as the server wants them, made with the JDK's keytool.
 *
 * @param key the private key's file
 * @param certificate the certificate's file
 */
public record SelfSigned(Path key, Path certificate) {
    private static final String ALIAS = "server";
    private static final String PASSWORD = "not-a-secret";
    private static final String OPTIONS = "-genkeypair -keyalg EC -groupname secp256r1 -validity 1"
            + " -dname CN=127.0.0.1 -ext san=ip:127.0.0.1,dns:localhost -storetype PKCS12";

    /** Makes a new one, valid for a day. */
    public static SelfSigned create() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory(Scratch.folder(), "tls");
        Path store = folder.resolve("store.p12");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(OPTIONS.split(" ")));
        command.addAll(List.of("-alias", ALIAS, "-storepass", PASSWORD, "-keystore", store.toString()));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) {
            throw new IOException("keytool failed: " + said);
        }
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD.toCharArray());
            byte[] key = keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded();
            return new SelfSigned(
                    pem(folder.resolve("key.pem"), "PRIVATE KEY", key),
                    pem(
                            folder.resolve("certificate.pem"),
                            "CERTIFICATE",
                            keys.getCertificate(ALIAS).getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot read what keytool made", e);
        }
    }

    private static Path pem(Path file, String what, byte[] der) throws IOException {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return Files.writeString(file, "-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n");
    }
}
