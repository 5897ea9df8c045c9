package io.llamaorch.adapter.llamacpp.internal.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.CertificateFactory;
import java.util.Collections;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Reads the files of certificates and keys. Blocks. */
final class Stores {

    private static final Pattern PEM_CERTIFICATE =
            Pattern.compile("-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----");
    private static final String PEM = "-----BEGIN ";

    /** What is no file of a sensible size might be read for ever. */
    private static final int LARGEST_BYTES = 16 << 20;

    private Stores() {}

    /** Trusts what the file holds, or what the JVM trusts if there is none. */
    static X509ExtendedTrustManager trust(@Nullable StoreFile file) throws IOException, GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(file == null ? null : certificates(file));
        X509ExtendedTrustManager manager = (X509ExtendedTrustManager) factory.getTrustManagers()[0];
        if (manager.getAcceptedIssuers().length == 0) {
            throw file == null
                    ? new TlsException(
                            "this JVM trusts no certificate at all: give a file in option 'trust-store'", null)
                    : file.fault(
                            "holds no certificate that can be read: give one that does, or its password in option"
                                    + " 'trust-store-password'",
                            null);
        }
        return manager;
    }

    /** Shows what the file holds. */
    static KeyManager[] keys(StoreFile file) throws IOException, GeneralSecurityException {
        if (isPem(read(file))) {
            throw file.fault("is a PEM file: give a PKCS12 file, as openssl pkcs12 -export makes it", null);
        }
        KeyStore store = load(file);
        boolean hasKey = false;
        for (String alias : Collections.list(store.aliases())) {
            hasKey |= store.isKeyEntry(alias);
        }
        if (!hasKey) {
            throw file.fault("holds no private key: give a PKCS12 or JKS file with a key and its certificate", null);
        }
        char[] password = file.password();
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        try {
            factory.init(store, password == null ? new char[0] : password);
        } catch (GeneralSecurityException e) {
            throw file.fault(
                    "has a key that cannot be opened: give the password of store and key, which must be the same, in"
                            + " option 'client-key-store-password'",
                    e);
        }
        return factory.getKeyManagers();
    }

    private static KeyStore certificates(StoreFile file) throws IOException, GeneralSecurityException {
        byte[] bytes = read(file);
        if (!isPem(bytes)) {
            return load(file);
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        Matcher found = PEM_CERTIFICATE.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
        for (int i = 1; found.find(); i++) {
            try {
                store.setCertificateEntry(
                        "certificate-" + i,
                        factory.generateCertificate(
                                new ByteArrayInputStream(found.group().getBytes(StandardCharsets.ISO_8859_1))));
            } catch (GeneralSecurityException e) {
                throw file.fault("has a certificate that cannot be read (number " + i + "): give a whole one", e);
            }
        }
        return store;
    }

    private static KeyStore load(StoreFile file) throws IOException {
        try {
            return KeyStore.getInstance(file.path().toFile(), file.password());
        } catch (KeyStoreException e) {
            throw file.fault("is no store of certificates or keys: give a PKCS12 or JKS file, or one that is PEM", e);
        } catch (IOException | GeneralSecurityException e) {
            throw file.fault("cannot be opened (" + e.getMessage() + "): is its password right?", e);
        }
    }

    private static byte[] read(StoreFile file) throws TlsException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file.path(), BasicFileAttributes.class);
            if (!attributes.isRegularFile() || attributes.size() > LARGEST_BYTES) {
                throw file.fault("is no store, as it is no file of at most 16 MiB: give the path of one", null);
            }
            return Files.readAllBytes(file.path());
        } catch (NoSuchFileException e) {
            throw file.fault("does not exist: give the path of a file", e);
        } catch (TlsException e) {
            throw e;
        } catch (IOException e) {
            throw file.fault("cannot be read (" + e + "): see that it is a file and may be read", e);
        }
    }

    private static boolean isPem(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1).contains(PEM);
    }
}
