package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CFG-03: replicas from environment variables. */
class EnvironmentBindingsTest {

    private static final String HUSH = "hush-0123456789";

    private final Map<String, String> environment = new LinkedHashMap<>(Map.of("PATH", "/bin", "ORCHD_HOME", "/srv"));

    @TempDir
    Path folder;

    @Test
    void read_whenNothingIsSet_givesNothing() {
        assertEquals(List.of(), EnvironmentBindings.read(environment, List.of("llamacpp")));
    }

    @Test
    void read_whenOneUrlIsSet_givesOneReplicaWithDefaults() {
        set("ORCHD_LLAMACPP_URL", "http://a:1");
        ReplicaSpec spec = only();
        assertEquals("llamacpp", spec.engine());
        assertEquals("default", spec.pool());
        assertEquals("r0", spec.replica());
        assertEquals(Optional.of("http://a:1"), spec.url());
        assertEquals(Optional.empty(), spec.token());
        assertEquals(Map.of(), spec.options());
        assertEquals(OptionalInt.empty(), spec.share());
    }

    @Test
    void read_whenAShareIsSet_givesItToEachReplica() {
        set("ORCHD_LLAMACPP_URL", "http://a:1,http://b:2");
        set("ORCHD_LLAMACPP_SHARE", "4");
        set("ORCHD_OTHER_URL", "http://c:3");
        set("ORCHD_OTHER_POOL", "other");
        assertEquals(
                List.of(OptionalInt.of(4), OptionalInt.of(4), OptionalInt.empty()),
                read().stream().map(ReplicaSpec::share).toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "0", "-1", "+1", "1.0", "many", " 1", "2,3", "2147483648", "99999999999", "\u0661", HUSH})
    void read_whenTheShareIsNone_isRefusedWithoutShowingIt(String share) {
        set("ORCHD_LLAMACPP_URL", "http://a:1");
        set("ORCHD_LLAMACPP_SHARE", share);
        assertFaults(
                "ORCHD_LLAMACPP_SHARE: must be a whole number from 1 to 2147483647; leave it out for as many as the"
                        + " engine has slots");
    }

    @Test
    void read_whenOnlyAShareIsSet_missesTheUrl() {
        set("ORCHD_LLAMACPP_SHARE", "2");
        assertFaults("ORCHD_LLAMACPP_URL is missing, though ORCHD_LLAMACPP_SHARE is set");
    }

    @Test
    void read_whenSeveralUrlsAreSet_numbersThem() {
        set("ORCHD_LLAMACPP_URL", "http://a:1, http://b:2 ,http://c:3");
        set("ORCHD_LLAMACPP_POOL", "big");
        assertEquals(
                List.of(
                        "big/r0 (llamacpp at http://a:1)",
                        "big/r1 (llamacpp at http://b:2)",
                        "big/r2 (llamacpp at http://c:3)"),
                shown());
    }

    @Test
    void read_whenIdsAreSet_usesThemInOrder() {
        set("ORCHD_LLAMACPP_URL", "http://a:1,http://b:2");
        set("ORCHD_LLAMACPP_REPLICA", "left, right");
        assertEquals(
                List.of("default/left (llamacpp at http://a:1)", "default/right (llamacpp at http://b:2)"), shown());
    }

    @Test
    void read_whenATokenIsSet_givesItToEachReplica() {
        set("ORCHD_LLAMACPP_URL", "http://a:1,http://b:2");
        set("ORCHD_LLAMACPP_TOKEN", HUSH);
        for (ReplicaSpec spec : read()) {
            assertEquals(HUSH, spec.token().orElseThrow().reveal());
            assertFalse(spec.toString().contains(HUSH));
        }
    }

    @Test
    void read_whenATokenFileIsSet_readsItAgainWhenItChanges() throws IOException {
        Path file = Files.writeString(folder.resolve("token"), "first\n");
        set("ORCHD_LLAMACPP_URL", "http://a:1");
        set("ORCHD_LLAMACPP_TOKEN_FILE", file.toString());
        Secret token = only().token().orElseThrow();
        assertEquals("first", token.reveal());
        Files.writeString(file, "other\r\n");
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
        assertEquals("other", token.reveal());
        Path next = Files.writeString(folder.resolve("next"), "third\r\n");
        Files.setLastModifiedTime(next, FileTime.fromMillis(1_000));
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
        assertEquals("third", token.reveal(), "replaced by a file of the same age and size");
    }

    @Test
    void read_whenTheTokenFileGoesAway_saysSoAtItsUse() throws IOException {
        Path file = Files.writeString(folder.resolve("token"), HUSH);
        Secret token = EnvironmentBindings.tokenFile(file);
        Files.delete(file);
        String message =
                assertThrows(IllegalArgumentException.class, token::reveal).getMessage();
        assertTrue(message.contains("cannot be read (NoSuchFileException)"), message);
        assertFalse(message.contains(HUSH), message);
        Files.writeString(file, "back");
        assertEquals("back", token.reveal());
    }

    @Test
    void read_whenTheTokenFileIsMissingEmptyOrNoText_isRefused() throws IOException {
        set("ORCHD_LLAMACPP_URL", "http://a:1");
        set("ORCHD_LLAMACPP_TOKEN_FILE", folder.resolve("absent").toString());
        assertFaults("ORCHD_LLAMACPP_TOKEN_FILE", "cannot be read (NoSuchFileException)");
        set("ORCHD_LLAMACPP_TOKEN_FILE", folder.toString());
        assertFaults("ORCHD_LLAMACPP_TOKEN_FILE", "is no plain file: name one");
        set(
                "ORCHD_LLAMACPP_TOKEN_FILE",
                Files.writeString(folder.resolve("empty"), "\n").toString());
        assertFaults("ORCHD_LLAMACPP_TOKEN_FILE: the secret is empty");
        set(
                "ORCHD_LLAMACPP_TOKEN_FILE",
                Files.writeString(folder.resolve("two"), HUSH + "\nx").toString());
        assertFaults("ORCHD_LLAMACPP_TOKEN_FILE: the secret contains a line break");
        set(
                "ORCHD_LLAMACPP_TOKEN_FILE",
                Files.write(folder.resolve("big"), new byte[65_537]).toString());
        assertFaults("is larger than any token");
        set("ORCHD_LLAMACPP_TOKEN_FILE", "a\0b");
        assertFaults("ORCHD_LLAMACPP_TOKEN_FILE is no path");
    }

    @Test
    void read_whenTokenAndTokenFileAreSet_isRefused() {
        set("ORCHD_LLAMACPP_URL", "http://a:1");
        set("ORCHD_LLAMACPP_TOKEN", HUSH);
        set("ORCHD_LLAMACPP_TOKEN_FILE", folder.resolve("absent").toString());
        assertFaults("ORCHD_LLAMACPP_TOKEN and ORCHD_LLAMACPP_TOKEN_FILE are both set");
    }

    @Test
    void read_whenTheTokenIsMalformed_isRefusedWithoutShowingIt() {
        set("ORCHD_LLAMACPP_URL", "http://a:1");
        set("ORCHD_LLAMACPP_TOKEN", HUSH + "\n");
        assertFaults("ORCHD_LLAMACPP_TOKEN: the secret contains a line break");
        set("ORCHD_LLAMACPP_TOKEN", "");
        assertFaults("ORCHD_LLAMACPP_TOKEN: the secret is empty");
    }

    @Test
    void read_whenAVariableIsUnknown_hintsAtTheNearest() {
        set("ORCHD_LLAMACPP_URL", "http://a:1");
        set("ORCHD_LLAMACPP_TOKENS", HUSH);
        assertFaults("ORCHD_LLAMACPP_TOKENS is not known; did you mean 'TOKEN'?");
    }

    @Test
    void read_whenAVariableIsUnknownAndNoneIsNear_saysHowOptionsAreWritten() {
        set("ORCHD_LLAMACPP_URL", "http://a:1");
        set("ORCHD_LLAMACPP_IDLE_TIMEOUT", "5s");
        assertFaults("ORCHD_LLAMACPP_IDLE_TIMEOUT is not known; an option of the adapter is set by"
                + " ORCHD_LLAMACPP_OPTION_…");
    }

    @Test
    void read_whenOptionsAreSet_givesThemToEachReplica() {
        set("ORCHD_LLAMACPP_URL", "http://a:1,http://b:2");
        set("ORCHD_LLAMACPP_OPTION_IDLE_TIMEOUT", "5s");
        set("ORCHD_LLAMACPP_OPTION_TOP2", "");
        for (ReplicaSpec spec : read()) {
            assertEquals(Map.of("idle-timeout", "5s", "top2", ""), spec.options());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Idle", "_IDLE", "IDLE_", "IDLE__TIMEOUT", "2FAST", "IDLE-TIMEOUT", "\u00c4"})
    void read_whenAnOptionsNameIsMalformed_saysHowItIsWritten(String name) {
        set("ORCHD_LLAMACPP_URL", "http://a:1");
        set("ORCHD_LLAMACPP_OPTION_" + name, HUSH);
        assertFaults("ORCHD_LLAMACPP_OPTION_" + name + " names no option: behind ORCHD_LLAMACPP_OPTION_ write its name"
                + " in capitals, with _ in place of each hyphen");
    }

    @Test
    void read_whenOnlyAnOptionIsSet_missesTheUrl() {
        set("ORCHD_LLAMACPP_OPTION_IDLE_TIMEOUT", "5s");
        assertFaults("ORCHD_LLAMACPP_URL is missing, though ORCHD_LLAMACPP_OPTION_IDLE_TIMEOUT is set");
    }

    @Test
    void read_whenThereIsOneUrl_saysWhereItIs() {
        set("ORCHD_LLAMACPP_URL", "http://a:1");
        assertEquals(Optional.of("ORCHD_LLAMACPP_URL"), only().origin());
    }

    @Test
    void read_whenThereAreSeveralUrls_saysWhereEachIs() {
        set("ORCHD_LLAMACPP_URL", "http://a:1,http://b:2");
        assertEquals(
                List.of(Optional.of("ORCHD_LLAMACPP_URL[0]"), Optional.of("ORCHD_LLAMACPP_URL[1]")),
                read().stream().map(ReplicaSpec::origin).toList());
    }

    @Test
    void read_whenCalledAgain_givesTheSame() throws IOException {
        set("ORCHD_LLAMACPP_URL", "http://a:1");
        set("ORCHD_LLAMACPP_TOKEN", HUSH);
        set("ORCHD_OTHER_URL", "http://b:2");
        set("ORCHD_OTHER_POOL", "other");
        set(
                "ORCHD_OTHER_TOKEN_FILE",
                Files.writeString(folder.resolve("token"), HUSH).toString());
        assertEquals(read(), read());
    }

    @Test
    void source_whenOfTheEnvironment_readsTheSameAndOnlyWhenAsked() throws IOException {
        ReplicaSource source = ReplicaSource.environment(environment, List.of("llamacpp"));
        assertEquals(List.of(), source.read());
        set("ORCHD_LLAMACPP_URL", "http://a:1");
        assertEquals(read(), source.read());
        assertEquals(Duration.ZERO, source.interval());
        assertEquals("the environment", source.name());
    }

    @Test
    void read_whenTheUrlIsMissing_saysSo() {
        set("ORCHD_LLAMACPP_POOL", "big");
        assertFaults("ORCHD_LLAMACPP_URL is missing, though ORCHD_LLAMACPP_POOL is set");
    }

    @ParameterizedTest
    @CsvSource({"''", "','", "'http://a:1,'", "'http://a:1,,http://b:2'", "' '"})
    void read_whenAUrlIsEmpty_isRefused(String urls) {
        set("ORCHD_LLAMACPP_URL", urls);
        assertFaults("ORCHD_LLAMACPP_URL has an empty URL");
    }

    @ParameterizedTest
    @CsvSource({"a", "'a,a'", "'a,'", "'a,b,c'", "''"})
    void read_whenIdsDoNotFitTheUrls_isRefused(String ids) {
        set("ORCHD_LLAMACPP_URL", "http://a:1,http://b:2");
        set("ORCHD_LLAMACPP_REPLICA", ids);
        assertFaults("ORCHD_LLAMACPP_REPLICA must have 2 different ids");
    }

    @Test
    void read_whenSeveralThingsAreWrong_namesAllOfThem() {
        set("ORCHD_LLAMACPP_URL", "http://a:1,,http://c:3");
        set("ORCHD_LLAMACPP_POOL", " ");
        set("ORCHD_LLAMACPP_REPLICA", "a,b\tb,c");
        set("ORCHD_LLAMACPP_SHARE", "none");
        set("ORCHD_LLAMACPP_TOKEN", HUSH + "\t");
        set("ORCHD_LLAMACPP_ULR", "http://d:4");
        set("ORCHD_OTHER_POOL", "p");
        assertFaults(
                "ORCHD_LLAMACPP_URL has an empty URL",
                "ORCHD_LLAMACPP_POOL: ",
                "ORCHD_LLAMACPP_REPLICA: ",
                "ORCHD_LLAMACPP_SHARE: ",
                "ORCHD_LLAMACPP_TOKEN: ",
                "ORCHD_LLAMACPP_ULR is not known; did you mean 'URL'?",
                "ORCHD_OTHER_URL is missing");
    }

    @Test
    void read_whenAnEnginesNameHasAHyphen_readsItAsAnUnderscore() {
        set("ORCHD_MY_ENGINE_2_URL", "http://a:1");
        assertEquals(
                List.of("default/r0 (my-engine-2 at http://a:1)"),
                EnvironmentBindings.read(environment, List.of("my-engine-2")).stream()
                        .map(ReplicaSpec::toString)
                        .toList());
    }

    @Test
    void read_whenOneEnginesNameBeginsLikeAnothers_keepsThemApart() {
        set("ORCHD_LLAMA_URL", "http://a:1");
        set("ORCHD_LLAMA_CPP_URL", "http://b:2");
        set("ORCHD_LLAMA_CPP_POOL", "cpp");
        assertEquals(
                List.of("default/r0 (llama at http://a:1)", "cpp/r0 (llama-cpp at http://b:2)"),
                EnvironmentBindings.read(environment, List.of("llama-cpp", "llama")).stream()
                        .map(ReplicaSpec::toString)
                        .toList());
    }

    /** Both took the defaults, were read without complaint, and the second could not be bound. */
    @Test
    void read_whenTwoEnginesNameOneReplica_isRefused() {
        set("ORCHD_LLAMACPP_URL", "http://a:1");
        set("ORCHD_OTHER_URL", "http://b:2");
        assertFaults(
                "replica default/r0 is named for llamacpp and for other: set ORCHD_OTHER_POOL or ORCHD_OTHER_REPLICA");
    }

    @Test
    void read_whenOfAnEngineThatIsNotThere_isNotLookedAt() {
        set("ORCHD_ABSENT_NONSENSE", "x");
        assertEquals(List.of(), read());
    }

    @Test
    void spec_whenTheUrlHoldsCredentials_doesNotShowThem() {
        for (String url : List.of(
                "http://user:" + HUSH + "@a:1/x",
                "http://" + HUSH + "@a:1/x",
                "//u:" + HUSH + "@a:1/x",
                "u:" + HUSH + "@a:1/x",
                "http://a:1/x?key=" + HUSH,
                "http://a:1/x#" + HUSH)) {
            String shown = ReplicaSpec.builder("fake").url(url).build().toString();
            assertFalse(shown.contains(HUSH), shown);
            assertTrue(shown.contains("a:1/x"), shown);
        }
    }

    /** Rather too little is shown of one that is not right than too much. */
    @Test
    void spec_whenTheUrlIsMalformed_doesNotShowCredentials() {
        for (String url : List.of(
                "http://u:" + HUSH + "/x@a:1",
                "http://u:x/" + HUSH + "@a:1",
                "http://u:x#" + HUSH + "@a:1",
                "http://u:x?" + HUSH + "@a:1",
                "http://a:1/x?k\n=" + HUSH,
                "u:" + HUSH + "//x@a:1")) {
            String shown = ReplicaSpec.builder("fake").url(url).build().toString();
            assertFalse(shown.contains(HUSH), shown);
        }
    }

    private void set(String name, String value) {
        environment.put(name, value);
    }

    private List<ReplicaSpec> read() {
        return EnvironmentBindings.read(environment, List.of("other", "llamacpp"));
    }

    private ReplicaSpec only() {
        List<ReplicaSpec> specs = read();
        assertEquals(1, specs.size());
        return specs.get(0);
    }

    private List<String> shown() {
        return read().stream().map(ReplicaSpec::toString).toList();
    }

    private void assertFaults(String... parts) {
        String message =
                assertThrows(IllegalArgumentException.class, this::read).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), "'" + part + "' is not in: " + message);
        }
        assertFalse(message.contains(HUSH), message);
    }
}
