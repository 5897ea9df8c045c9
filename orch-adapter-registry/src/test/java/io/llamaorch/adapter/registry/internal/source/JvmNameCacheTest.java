package io.llamaorch.adapter.registry.internal.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CFG-03: how long the JVM keeps a name's addresses, by the rules of {@code sun.net.InetAddressCachePolicy}. */
class JvmNameCacheTest {

    @ParameterizedTest
    @CsvSource({
        ",,30",
        "5,,5",
        "0,,0",
        "-1,,-1",
        "-7,,-7",
        "5,60,5",
        ",60,60",
        ",0x10,16",
        "soon,60,60",
        "soon,,30",
        "soon,later,30",
        ",-1,-1"
    })
    void seconds_areTheSecurityPropertyElseTheSystemPropertyElse30(String security, String system, int seconds) {
        assertEquals(seconds, JvmNameCache.seconds(security, system));
    }

    @Test
    void seconds_inThisJvm_are30() {
        assertEquals(30, JvmNameCache.seconds());
    }

    @ParameterizedTest
    @CsvSource({"10,10", "10,5", "10,0", "0,0", "60,30"})
    void remark_whenTheIntervalIsAsLong_isNone(long interval, int seconds) {
        assertEquals(Optional.empty(), JvmNameCache.remark("h", Duration.ofSeconds(interval), seconds));
    }

    @ParameterizedTest
    @CsvSource({"10,30", "0,30", "29,30"})
    void remark_whenTheJvmKeepsThemLonger_saysWhatThatMeansAndWhatToDo(long interval, int seconds) {
        assertEquals(
                Optional.of(
                        "The JVM keeps the addresses of h for 30 s, so a change may be seen that much later; to see it"
                                + " sooner, set the security property networkaddress.cache.ttl, for instance to 5"),
                JvmNameCache.remark("h", Duration.ofSeconds(interval), seconds));
    }

    @Test
    void remark_whenTheJvmKeepsThemForEver_saysSo() {
        assertEquals(
                Optional.of("The JVM keeps the addresses of h for ever, so no change is seen; to see one, set the"
                        + " security property networkaddress.cache.ttl, for instance to 5"),
                JvmNameCache.remark("h", Duration.ofDays(1), -1));
    }
}
