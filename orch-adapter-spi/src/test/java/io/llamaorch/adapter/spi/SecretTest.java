package io.llamaorch.adapter.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Secrets (SEC-01, CFG-03)")
class SecretTest {

    @Test
    @DisplayName("SEC-01: only reveal gives the value; what is printed is six digits of its SHA-256")
    void secret_whenPrinted_showsItsFingerprint() {
        Secret secret = Secret.of("hunter2");
        assertEquals("hunter2", secret.reveal());
        assertEquals("f52fbd", secret.fingerprint());
        assertEquals("secret#f52fbd", secret.toString());
    }

    @ParameterizedTest
    @DisplayName("SEC-04: a value that could break out of a header is refused, and not shown")
    @ValueSource(strings = {"", "a\nb", "a\rb", "abc\u0000", "\u007f", "\u0085"})
    void secret_whenMalformed_isRefused(String value) {
        IllegalArgumentException thrown = assertThrows(IllegalArgumentException.class, () -> Secret.of(value));
        assertFalse(thrown.getMessage().contains("abc"));
    }

    @Test
    @DisplayName("CFG-03: a source is asked at each use")
    void secret_whenItsSourceRotates_follows() {
        AtomicReference<String> file = new AtomicReference<>("old");
        Secret secret = Secret.from(file::get);
        assertEquals("old", secret.reveal());
        file.set("new");
        assertEquals("new", secret.reveal());
        file.set("");
        assertThrows(IllegalArgumentException.class, secret::reveal);
    }

    @Test
    @DisplayName("SEC-01: printing never fails and tells nothing, whatever the source does")
    void secret_whenItsSourceFails_canStillBePrinted() {
        Secret broken = Secret.from(() -> {
            throw new IllegalStateException("no such file: hunter2");
        });
        Secret empty = Secret.from(() -> "");
        assertEquals("secret#unreadable", broken.toString());
        assertEquals("secret#unreadable", empty.toString());
        assertThrows(IllegalStateException.class, broken::reveal);
        AdapterConfig config = AdapterConfig.builder().token(broken).build();
        assertTrue(config.token().isPresent());
    }

    @Test
    @DisplayName("CFG-03: a secret of the same value is the same")
    void equals_whenTheValuesAreEqual_isTrue() {
        Secret secret = Secret.of("hunter2");
        assertEquals(secret, Secret.of(String.join("", "hunter", "2")));
        assertEquals(secret.hashCode(), Secret.of("hunter2").hashCode());
        assertNotEquals(secret, Secret.of("hunter3"));
    }

    @Test
    @DisplayName("CFG-03: secrets from equal sources are the same, whatever the sources give now")
    void equals_whenTheSourcesAreEqual_isTrueAndAsksNone() {
        record Broken(String path) implements Supplier<String> {
            @Override
            public String get() {
                throw new IllegalStateException("asked");
            }
        }
        assertEquals(Secret.from(new Broken("a")), Secret.from(new Broken("a")));
        assertEquals(
                Secret.from(new Broken("a")).hashCode(),
                Secret.from(new Broken("a")).hashCode());
        assertNotEquals(Secret.from(new Broken("a")), Secret.from(new Broken("b")));
    }

    @Test
    @DisplayName("CFG-03: a value and a source that gives it are two secrets, for one of them may change")
    void equals_whenOneIsAValueAndOneASource_isFalse() {
        assertNotEquals(Secret.of("hunter2"), Secret.from(() -> "hunter2"));
        assertNotEquals(Secret.from(() -> "hunter2"), Secret.of("hunter2"));
    }
}
