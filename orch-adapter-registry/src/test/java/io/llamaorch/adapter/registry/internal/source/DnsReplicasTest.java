package io.llamaorch.adapter.registry.internal.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.ReplicaSource;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.spi.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CFG-03: a replica for each address of a name. */
class DnsReplicasTest {

    private static final String HUSH = "hush-0123456789";

    private final List<String> addresses = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();

    @Test
    void read_givesAReplicaForEachAddress() throws IOException {
        addresses.addAll(List.of("10.0.0.7", "10.0.0.8"));
        ReplicaSpec template = ReplicaSpec.builder("llamacpp")
                .pool("big")
                .url("http://engines.example:8080/base")
                .token(Secret.of("t0ken"))
                .option("idle-timeout", "5s")
                .share(2)
                .build();
        List<ReplicaSpec> specs = source(template).read();
        assertEquals(
                List.of(
                        "big/10.0.0.7 (llamacpp at http://10.0.0.7:8080/base)",
                        "big/10.0.0.8 (llamacpp at http://10.0.0.8:8080/base)"),
                specs.stream().map(ReplicaSpec::toString).toList());
        assertEquals(Optional.of(Secret.of("t0ken")), specs.get(1).token());
        assertEquals(Map.of("idle-timeout", "5s"), specs.get(1).options());
        assertEquals(OptionalInt.of(2), specs.get(1).share());
        assertEquals(Optional.of("10.0.0.8"), specs.get(1).origin());
        assertEquals(List.of("engines.example"), asked);
    }

    @Test
    void read_whenTheTemplateHasAnId_putsItBeforeTheAddress() throws IOException {
        addresses.add("10.0.0.7");
        ReplicaSpec template = ReplicaSpec.builder("llamacpp")
                .replica("gpu")
                .url("http://engines.example")
                .build();
        assertEquals(
                "default/gpu-10.0.0.7 (llamacpp at http://10.0.0.7)",
                source(template).read().get(0).toString());
    }

    @Test
    void read_whenAnAddressIsIpv6_putsItIntoBrackets() throws IOException {
        addresses.add("fd00::7");
        assertEquals(List.of("default/fd00:0:0:0:0:0:0:7 (llamacpp at http://[fd00:0:0:0:0:0:0:7]:8080)"), shown());
    }

    @Test
    void read_whenAnAddressNamesItsInterface_leavesThatOut() throws IOException {
        addresses.add("fe80::7%1");
        assertEquals(List.of("default/fe80:0:0:0:0:0:0:7 (llamacpp at http://[fe80:0:0:0:0:0:0:7]:8080)"), shown());
    }

    @Test
    void read_whenAddressesComeInAnyOrderAndTwice_givesEachOnceAndSorted() throws IOException {
        addresses.addAll(List.of("fd00::1", "10.0.0.10", "200.0.0.1", "10.0.0.9", "10.0.0.10", "fd00:0::1"));
        assertEquals(
                List.of("10.0.0.9", "10.0.0.10", "200.0.0.1", "fd00:0:0:0:0:0:0:1"),
                source("http://engines.example:8080").read().stream()
                        .map(ReplicaSpec::replica)
                        .toList());
    }

    @Test
    void read_whenCalledAgain_looksUpAgain() throws IOException {
        addresses.add("10.0.0.7");
        ReplicaSource source = source("http://engines.example");
        assertEquals(1, source.read().size());
        addresses.add("10.0.0.8");
        assertEquals(2, source.read().size());
    }

    @Test
    void read_whenCalledAgain_asksForTheJvmsCacheOnlyOnce() throws IOException {
        addresses.add("10.0.0.7");
        AtomicInteger questions = new AtomicInteger();
        ReplicaSpec template =
                ReplicaSpec.builder("llamacpp").url("http://engines.example").build();
        ReplicaSource source = new DnsReplicas(template, Duration.ofSeconds(10), this::lookUp, () -> {
            questions.incrementAndGet();
            return 30;
        });
        source.read();
        source.read();
        assertEquals(1, questions.get());
    }

    @ParameterizedTest
    @CsvSource({
        "http://engines.example,engines.example,http://10.0.0.7",
        "HTTP://Engines.Example:8080,Engines.Example,HTTP://10.0.0.7:8080",
        "http://under_score:8080/,under_score,http://10.0.0.7:8080/",
        "http://engines.example./a:b@c?d#e,engines.example.,http://10.0.0.7/a:b@c?d#e",
        "grpc://h,h,grpc://10.0.0.7",
        "http://10.0.0.7.example,10.0.0.7.example,http://10.0.0.7",
        "http://engine1,engine1,http://10.0.0.7",
        "http://u:p@engines.example:1,engines.example,http://u:p@10.0.0.7:1",
    })
    void read_putsTheAddressInPlaceOfTheName(String url, String name, String expected) throws IOException {
        addresses.add("10.0.0.7");
        assertEquals(Optional.of(expected), source(url).read().get(0).url());
        assertEquals(List.of(name), asked);
    }

    @Test
    void read_whenTheNameHasNoAddress_saysWhatToDo() {
        assertEquals(
                "DNS name engines.example has no address now, or no name server answers: check the name, and that what"
                        + " is behind it runs",
                assertThrows(IOException.class, source("http://engines.example")::read)
                        .getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://engines.example", "HTTPS://engines.example:8443/x", "https://10.0.0.7"})
    void source_whenTheUrlIsHttps_isRefusedAndSaysWhatToDoInstead(String url) {
        assertEquals(
                "the template's URL begins with https, and a certificate is made out to a name, not to the addresses"
                        + " behind it: describe each replica by its own name in a file or in the environment",
                refusal(url));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://10.0.0.7:8080", "http://[::1]:8080", "http://[::1", "http://u@[::1]", "http://127.1",
                "http://2130706433", "http://0x7f000001", "http://10.0.0.7.", "http://1.2.3.4.5",
                        "http://u:p@10.0.0.7/x"
            })
    void source_whenTheUrlHasAnAddress_isRefused(String url) {
        assertEquals("the template's URL has an address already: bind it as it is, or give a name", refusal(url));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "engines.example",
                "engines.example:8080",
                "//engines.example",
                "http://",
                "http://:80",
                "http:///x",
                "http://a b",
                "http://h:port",
                "http://" + HUSH + "@",
                "http://h:1:2"
            })
    void source_whenTheUrlHasNoName_isRefused(String url) {
        String message = refusal(url);
        assertEquals("the template's URL has no name to look up: write it like http://engines.example:8080", message);
        assertFalse(message.contains(HUSH), message);
    }

    @Test
    void source_whenThereIsNoUrl_isRefused() {
        ReplicaSpec template = ReplicaSpec.builder("llamacpp").build();
        assertEquals(
                "the template has no URL: give it one with a name in it",
                assertThrows(IllegalArgumentException.class, () -> ReplicaSource.dns(template))
                        .getMessage());
    }

    @Test
    void source_whenTheIntervalIsNegative_isRefused() {
        ReplicaSpec template =
                ReplicaSpec.builder("llamacpp").url("http://engines.example").build();
        Duration negative = Duration.ofSeconds(-1);
        assertThrows(IllegalArgumentException.class, () -> ReplicaSource.dns(template, negative));
    }

    @Test
    void interval_isTenSecondsUnlessItIsSaid() {
        ReplicaSpec template =
                ReplicaSpec.builder("llamacpp").url("http://engines.example").build();
        assertEquals(Duration.ofSeconds(10), ReplicaSource.dns(template).interval());
        assertEquals(Duration.ZERO, ReplicaSource.dns(template, Duration.ZERO).interval());
    }

    @Test
    void name_tellsTheNameAndNoSecret() {
        assertEquals(
                "DNS name engines.example",
                source("http://u:" + HUSH + "@engines.example").name());
    }

    /** With the resolver of the JVM, and a name that needs no name server. */
    @Test
    void read_whenTheNameIsThisMachine_findsIt() throws IOException {
        ReplicaSpec template =
                ReplicaSpec.builder("llamacpp").url("http://localhost:8080").build();
        List<String> urls = ReplicaSource.dns(template).read().stream()
                .map(spec -> spec.url().orElseThrow())
                .toList();
        assertTrue(
                urls.contains("http://127.0.0.1:8080") || urls.contains("http://[0:0:0:0:0:0:0:1]:8080"),
                urls.toString());
    }

    private DnsReplicas source(String url) {
        return source(ReplicaSpec.builder("llamacpp").url(url).build());
    }

    private DnsReplicas source(ReplicaSpec template) {
        return new DnsReplicas(template, Duration.ofSeconds(10), this::lookUp, () -> 5);
    }

    private InetAddress[] lookUp(String name) throws UnknownHostException {
        asked.add(name);
        InetAddress[] found = new InetAddress[addresses.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = InetAddress.getByName(addresses.get(i));
        }
        if (found.length == 0) {
            throw new UnknownHostException(name);
        }
        return found;
    }

    private List<String> shown() throws IOException {
        return source("http://engines.example:8080").read().stream()
                .map(ReplicaSpec::toString)
                .toList();
    }

    private static String refusal(String url) {
        ReplicaSpec template = ReplicaSpec.builder("llamacpp").url(url).build();
        return assertThrows(IllegalArgumentException.class, () -> ReplicaSource.dns(template))
                .getMessage();
    }
}
