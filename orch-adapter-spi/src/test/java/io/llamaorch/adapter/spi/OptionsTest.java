package io.llamaorch.adapter.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Options (CFG-02, SEC-01)")
class OptionsTest {

    private static final List<OptionSpec> SPECS = List.of(
            OptionSpec.text("title").describedAs("what to call it").build(),
            OptionSpec.text("pass-phrase").secret().build(),
            OptionSpec.integer("count", 3).range(1, 10).build(),
            OptionSpec.integer("pin", 1234).range(1, 9999).secret().build(),
            OptionSpec.flag("fast", false).build(),
            OptionSpec.duration("wait", Duration.ofSeconds(90))
                    .range(Duration.ofMillis(5), Duration.ofHours(1))
                    .build());

    @Test
    @DisplayName("CFG-02: defaults hold where nothing is given")
    void values_whenNothingIsGiven_areTheDefaults() {
        OptionValues values = OptionValues.read(SPECS, Map.of());
        assertEquals(Optional.empty(), values.text("title"));
        assertEquals(3, values.integer("count"));
        assertFalse(values.flag("fast"));
        assertEquals(Duration.ofSeconds(90), values.duration("wait"));
    }

    @Test
    @DisplayName("CFG-02: what is given holds")
    void values_whenGiven_hold() {
        OptionValues values = OptionValues.read(
                SPECS, Map.of("title", "x", "count", "10", "fast", "true", "wait", "5ms", "pass-phrase", "p"));
        assertEquals(Optional.of("x"), values.text("title"));
        assertEquals(10, values.integer("count"));
        assertTrue(values.flag("fast"));
        assertEquals(Duration.ofMillis(5), values.duration("wait"));
        assertEquals(Optional.of("p"), values.text("pass-phrase"));
    }

    @Test
    @DisplayName("CFG-02, SEC-01: all faults are in one message, and no secret is")
    void read_whenThereAreManyFaults_namesThemAllAndNoSecret() {
        Map<String, String> given = new TreeMap<>(Map.of(
                "count", "11", "fast", "yes", "wait", "soon", "pin", "s3cret", "nonsense", "1", "title", "fine"));
        String message = assertThrows(IllegalArgumentException.class, () -> OptionValues.read(SPECS, given))
                .getMessage();
        assertEquals(
                "option 'count' must be between 1 and 10, not '11'; option 'fast' must be true or false, not 'yes';"
                        + " unknown option 'nonsense'; option 'pin' must be a whole number;"
                        + " option 'wait' must be a time such as 250ms, 5s, 2m or 1h, not 'soon'."
                        + " Options are: count, fast, pass-phrase, pin, title, wait",
                message);
    }

    @Test
    @DisplayName("CFG-02, SEC-01: each fault is told with its option, in the order of what was given")
    void faults_whenThereAreSome_areByOptionAndInOrder() {
        Map<String, String> given = new LinkedHashMap<>();
        given.put("wait", "soon");
        given.put("title", "fine");
        given.put("pin", "s3cret");
        given.put("Fast", "true");
        Map<String, String> faults = OptionValues.faults(SPECS, given);
        assertEquals(
                Map.of(
                        "wait", "option 'wait' must be a time such as 250ms, 5s, 2m or 1h, not 'soon'",
                        "pin", "option 'pin' must be a whole number",
                        "Fast", "unknown option 'Fast' (did you mean 'fast'?)"),
                faults);
        assertEquals(List.of("wait", "pin", "Fast"), List.copyOf(faults.keySet()));
    }

    @Test
    @DisplayName("CFG-02: no fault where all is well")
    void faults_whenThereAreNone_areEmpty() {
        assertEquals(Map.of(), OptionValues.faults(SPECS, Map.of("title", "x", "wait", "5ms")));
    }

    @ParameterizedTest
    @DisplayName("CFG-02: a name that is nearly right is hinted at")
    @CsvSource({
        "cuont, count",
        "cont, count",
        "counts, count",
        "COUNT, count",
        "pass_phrase, pass-phrase",
        "passPhrase, pass-phrase",
        "passfrase, pass-phrase",
        "pi, pin",
        "wiat, wait"
    })
    void faults_whenANameIsNearlyRight_hintAtIt(String given, String meant) {
        assertEquals(
                Map.of(given, "unknown option '" + given + "' (did you mean '" + meant + "'?)"),
                OptionValues.faults(SPECS, Map.of(given, "1")));
    }

    @ParameterizedTest
    @DisplayName("CFG-02: nothing is hinted at where nothing is near")
    @ValueSource(strings = {"", "-", "x", "nonsense", "hurry-up"})
    void faults_whenNoNameIsNear_hintAtNone(String given) {
        assertEquals(Map.of(given, "unknown option '" + given + "'"), OptionValues.faults(SPECS, Map.of(given, "1")));
    }

    @Test
    @DisplayName("SEC-01: a secret that is out of range is not shown either")
    void read_whenASecretIsOutOfRange_doesNotShowIt() {
        String message = assertThrows(
                        IllegalArgumentException.class, () -> OptionValues.read(SPECS, Map.of("pin", "77777")))
                .getMessage();
        assertFalse(message.contains("77777"), message);
    }

    @ParameterizedTest
    @DisplayName("CFG-02: times")
    @CsvSource({"250ms,250", "5s,5000", "2m,120000", "1h,3600000", "0s,0"})
    void duration_whenWellFormed_isRead(String text, long millis) {
        OptionValues values = OptionValues.read(
                List.of(OptionSpec.duration("t", Duration.ZERO).build()), Map.of("t", text));
        assertEquals(Duration.ofMillis(millis), values.duration("t"));
    }

    @ParameterizedTest
    @DisplayName("CFG-02: what is no time")
    @ValueSource(strings = {"", "5", "s", "-5s", "5 s", "1.5s", "5S", "1h30m", "9999999999999s"})
    void duration_whenMalformed_isRefused(String text) {
        List<OptionSpec> specs = List.of(OptionSpec.duration("t", Duration.ZERO).build());
        assertThrows(IllegalArgumentException.class, () -> OptionValues.read(specs, Map.of("t", text)));
    }

    @ParameterizedTest
    @DisplayName("CFG-02: a default is written so that it can be read")
    @ValueSource(longs = {0, 1, 999, 1000, 1500, 60_000, 90_000, 3_600_000, 5_400_000})
    void defaultValue_whenADuration_canBeRead(long millis) {
        OptionSpec spec = OptionSpec.duration("t", Duration.ofMillis(millis)).build();
        OptionValues values = OptionValues.read(List.of(spec), Map.of());
        assertEquals(Duration.ofMillis(millis), values.duration("t"));
    }

    @ParameterizedTest
    @DisplayName("CFG-02: names are lower-case words joined by hyphens")
    @ValueSource(strings = {"", "Upper", "a_b", "-a", "a-", "a--b", "1a", "a b"})
    void name_whenMalformed_isRefused(String name) {
        assertThrows(IllegalArgumentException.class, () -> OptionSpec.text(name));
    }

    @Test
    @DisplayName("CFG-02: a range fits the option's type, is not empty and holds the default")
    void range_whenItDoesNotFit_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> OptionSpec.text("a").range(1, 2));
        assertThrows(
                IllegalArgumentException.class, () -> OptionSpec.flag("a", true).range(1, 2));
        assertThrows(
                IllegalArgumentException.class,
                () -> OptionSpec.integer("a", 1).range(Duration.ZERO, Duration.ofSeconds(1)));
        assertThrows(
                IllegalArgumentException.class,
                () -> OptionSpec.duration("a", Duration.ZERO).range(1, 2));
        assertThrows(
                IllegalArgumentException.class, () -> OptionSpec.integer("a", 1).range(3, 2));
        assertThrows(
                IllegalArgumentException.class,
                () -> OptionSpec.duration("a", Duration.ZERO).range(Duration.ofSeconds(2), Duration.ofSeconds(1)));
        assertThrows(
                IllegalArgumentException.class,
                () -> OptionSpec.integer("a", 1).range(2, 3).build());
        assertThrows(
                IllegalArgumentException.class,
                () -> OptionSpec.duration("a", Duration.ofSeconds(5))
                        .range(Duration.ofSeconds(1), Duration.ofSeconds(2))
                        .build());
    }

    @Test
    @DisplayName("CFG-02: a time option is written in milliseconds at the finest")
    void duration_whenFinerThanMilliseconds_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> OptionSpec.duration("a", Duration.ofNanos(1)));
        assertThrows(IllegalArgumentException.class, () -> OptionSpec.duration("a", Duration.ofMillis(-1)));
    }

    @Test
    @DisplayName("CFG-02: asking for what is not declared is the adapter's mistake")
    void values_whenAskedForWhatIsNotDeclared_throw() {
        OptionValues values = OptionValues.read(SPECS, Map.of());
        assertThrows(IllegalArgumentException.class, () -> values.text("other"));
        assertThrows(IllegalArgumentException.class, () -> values.integer("wait"));
    }

    @Test
    @DisplayName("SEC-01: neither specs nor values show a value that is a secret")
    void text_whenPrinted_showsNoSecret() {
        OptionValues values = OptionValues.read(SPECS, Map.of("pass-phrase", "s3cret", "title", "t1tle"));
        assertFalse(values.toString().contains("s3cret"), values.toString());
        assertFalse(values.toString().contains("t1tle"), values.toString());
        assertEquals("count (INTEGER, default 3)", SPECS.get(2).toString());
        assertEquals("pin (INTEGER)", SPECS.get(3).toString());
    }

    @Test
    @DisplayName("TIM-01: each time limit is an option, with the default that is documented")
    void streamLimits_whenReadFromNothing_areTheDefaults() {
        assertEquals(StreamLimits.DEFAULT, StreamLimits.from(OptionValues.read(StreamLimits.options(), Map.of())));
        assertEquals(Duration.ofSeconds(120), StreamLimits.DEFAULT.firstToken());
        assertEquals(Duration.ofSeconds(30), StreamLimits.DEFAULT.idle());
        assertEquals(Duration.ofHours(1), StreamLimits.DEFAULT.wholeCall());
        assertEquals(Duration.ofSeconds(30), StreamLimits.DEFAULT.consumer().unclaimed());
        assertEquals(Duration.ofSeconds(60), StreamLimits.DEFAULT.consumer().stalled());
    }

    @Test
    @DisplayName("TIM-01: each option sets its own limit")
    void streamLimits_whenEachIsGiven_setEach() {
        StreamLimits limits = StreamLimits.from(OptionValues.read(
                StreamLimits.options(),
                Map.of(
                        "first-token-timeout", "1s",
                        "idle-timeout", "2s",
                        "call-timeout", "3s",
                        "unclaimed-timeout", "4s",
                        "stall-timeout", "5s")));
        assertEquals(
                new StreamLimits(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(3),
                        new StreamLimits.Consumer(Duration.ofSeconds(4), Duration.ofSeconds(5))),
                limits);
    }

    @Test
    @DisplayName("TIM-01: a limit is above zero")
    void streamLimits_whenZero_areRefused() {
        Duration some = Duration.ofSeconds(1);
        StreamLimits.Consumer consumer = StreamLimits.Consumer.DEFAULT;
        for (Duration bad : List.of(Duration.ZERO, Duration.ofNanos(-1))) {
            assertThrows(IllegalArgumentException.class, () -> new StreamLimits(bad, some, some, consumer));
            assertThrows(IllegalArgumentException.class, () -> new StreamLimits(some, bad, some, consumer));
            assertThrows(IllegalArgumentException.class, () -> new StreamLimits(some, some, bad, consumer));
            assertThrows(IllegalArgumentException.class, () -> new StreamLimits.Consumer(bad, some));
            assertThrows(IllegalArgumentException.class, () -> new StreamLimits.Consumer(some, bad));
        }
    }
}
