package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class FaultTextTest {

    private static final List<Class<?>> DEMONSTRATIONS =
            List.of(ConnectionFaultTest.class, HeadFaultTest.class, BodyFaultTest.class, StreamFaultTest.class);

    @Test
    void kinds_allOfThem_areDemonstrated() {
        Set<String> shown = DEMONSTRATIONS.stream()
                .flatMap(tests -> Arrays.stream(tests.getDeclaredMethods()))
                .map(test -> test.getAnnotation(Demonstrates.class))
                .filter(shows -> shows != null)
                .map(shows -> shows.value().getName())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> all = FaultText.kinds().stream().map(Class::getName).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(all, shown);
        assertTrue(all.size() > 50, "only " + all.size() + " kinds were found");
    }

    static Stream<Fault> samples() {
        return FaultText.kinds().stream().map(FaultTextTest::sample);
    }

    private static Fault sample(Class<?> kind) {
        RecordComponent[] components = kind.getRecordComponents();
        try {
            Constructor<?> constructor = kind.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            return (Fault) constructor.newInstance(
                    Arrays.stream(components).map(FaultTextTest::value).toArray());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("no sample of " + kind, e);
        }
    }

    private static Object value(RecordComponent component) {
        if (component.getType() == int.class) {
            return component.getName().equals("code") ? 307 : 17;
        }
        if (component.getType() == long.class) {
            return 5_000_000_000L;
        }
        return component.getType() == Duration.class ? Duration.ofMillis(1500) : component.getName();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void text_ofEachKind_isReadAgain(Fault fault) {
        assertEquals(fault, Fault.parse(fault.text()));
        assertTrue(fault.text().matches("[a-z0-9-]+(:.*)?"), fault.text());
    }

    @Test
    void text_alwaysIsTheNameAndWhatBelongsToIt() {
        assertEquals("hang-before-head", new HeadFault.HangBeforeHead().text());
        assertEquals("html200", new HeadFault.Html200().text());
        assertEquals("drip-head:PT1.5S", new HeadFault.DripHead(Duration.ofMillis(1500)).text());
        assertEquals(
                "error-in-stream:3:500:server_error:out: of luck",
                new StreamFault.ErrorInStream(3, 500, "server_error", "out: of luck").text());
    }

    @Test
    void text_atTheEnd_mayHoldColonsOrBeEmpty() {
        assertEquals(
                new HeadFault.Redirect(307, "http://127.0.0.1:1/x"), Fault.parse("redirect:307:http://127.0.0.1:1/x"));
        assertEquals(new HeadFault.WrongContentType(""), Fault.parse("wrong-content-type:"));
    }

    @Test
    void forms_always_areOneForEachKindInTheirOrder() {
        List<String> forms = Fault.forms();
        assertEquals(FaultText.kinds().size(), forms.size());
        assertEquals("refuse", forms.get(0));
        assertTrue(
                forms.containsAll(List.of("cut-after-tokens:TOKENS", "status:CODE:BODY:CONTENTTYPE")), forms::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cut-after-token:3      | there is no fault 'cut-after-token'; there are refuse, close-on-accept",
                "CutAfterTokens:3       | there is no fault 'CutAfterTokens'",
                "''                     | there is no fault ''",
                "cut-after-tokens       | fault 'cut-after-tokens' is not of the form cut-after-tokens:TOKENS",
                "cut-after-tokens:3:4   | 'cut-after-tokens:3:4' is not of the form cut-after-tokens:TOKENS: '3:4' is no",
                "pings-after-tokens:3   | is not of the form pings-after-tokens:TOKENS:COUNT",
                "refuse:                | fault 'refuse:' is not of the form refuse",
                "cut-after-tokens:three | is not of the form cut-after-tokens:TOKENS: 'three' is no whole number",
                "huge-event:0:1.5       | is not of the form huge-event:TOKENS:BYTES: '1.5' is no whole number",
                "drip-head:1s           | is not of the form drip-head:EVERY: '1s' is no time such as PT0.5S",
                "status:99::            | code must be from 200 to 599, but is 99",
            })
    void text_ofNoFault_isRefusedWithWhatThereIs(String text, String message) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Fault.parse(text));
        assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
    }
}
