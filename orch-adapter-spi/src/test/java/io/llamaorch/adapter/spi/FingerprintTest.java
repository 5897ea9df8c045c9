package io.llamaorch.adapter.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** DET-03: what an answer depended on, by name. */
class FingerprintTest {

    private static Map<String, String> twoEntries() {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put("seed", "7");
        entries.put("model", "tiny");
        return entries;
    }

    @Test
    void fingerprint_whenMade_keepsItsOrderAndNotTheMap() {
        Map<String, String> entries = twoEntries();
        Fingerprint fingerprint = Fingerprint.of(entries);
        entries.clear();
        assertEquals(List.of("seed", "model"), List.copyOf(fingerprint.entries().keySet()));
        assertThrows(
                UnsupportedOperationException.class, () -> fingerprint.entries().clear());
    }

    @Test
    void lazily_whenNobodyLooks_asksForNothing() {
        AtomicInteger asked = new AtomicInteger();
        Fingerprint fingerprint = Fingerprint.lazily(() -> {
            asked.incrementAndGet();
            return twoEntries();
        });
        assertEquals(0, asked.get());
        assertEquals(twoEntries(), fingerprint.entries());
        assertEquals("{seed=7, model=tiny}", fingerprint.toString());
        assertEquals(1, asked.get());
    }

    @Test
    void lazily_whenLookedAt_equalsOneOfTheSameEntries() {
        assertEquals(Fingerprint.of(twoEntries()), Fingerprint.lazily(FingerprintTest::twoEntries));
        assertEquals(
                Fingerprint.of(twoEntries()).hashCode(),
                Fingerprint.lazily(FingerprintTest::twoEntries).hashCode());
        assertNotEquals(Fingerprint.of(Map.of("seed", "8")), Fingerprint.lazily(FingerprintTest::twoEntries));
    }
}
