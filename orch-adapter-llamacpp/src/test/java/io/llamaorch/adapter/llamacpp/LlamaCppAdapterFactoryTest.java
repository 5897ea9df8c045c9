package io.llamaorch.adapter.llamacpp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterDescriptor;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.Leaks;
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the adapter is found, described and made (REG-01, CFG). */
@NoLeaks
class LlamaCppAdapterFactoryTest {

    @RegisterExtension
    private final AdapterFixture fixture = new AdapterFixture();

    @Test
    void provider_onTheClassPathAndOnTheModulePath_isTheSame() throws Exception {
        String service = AdapterFactory.class.getName();
        URL file = Collections.list(
                        LlamaCppAdapterFactory.class.getClassLoader().getResources("META-INF/services/" + service))
                .get(0);
        List<String> onTheClassPath;
        try (InputStream in = file.openStream()) {
            onTheClassPath = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
        }
        List<String> onTheModulePath;
        Path classes = Path.of(LlamaCppAdapterFactory.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (InputStream in =
                classes.resolve("module-info.class").toUri().toURL().openStream()) {
            onTheModulePath = ModuleDescriptor.read(in).provides().stream()
                    .filter(provides -> provides.service().equals(service))
                    .flatMap(provides -> provides.providers().stream())
                    .toList();
        }
        assertEquals(List.of(LlamaCppAdapterFactory.class.getName()), onTheClassPath);
        assertEquals(onTheClassPath, onTheModulePath);
    }

    @Test
    void descriptor_saysWhatTheAdapterCanDo() {
        AdapterDescriptor descriptor = fixture.factory().descriptor();
        assertEquals("llamacpp", fixture.factory().engine());
        assertEquals(AdapterDescriptor.SPI_GENERATION, descriptor.spiGeneration());
        assertFalse(descriptor.version().isBlank());
        assertEquals(
                Set.of(
                        Capability.TOKEN_PROMPTS,
                        Capability.CHAT_PROMPTS,
                        Capability.MEDIA,
                        Capability.TOOL_CALLS,
                        Capability.REASONING,
                        Capability.STOP_STRINGS,
                        Capability.SEED,
                        Capability.JSON_SCHEMA,
                        Capability.GRAMMAR,
                        Capability.LOG_PROBABILITIES,
                        Capability.DETERMINISM,
                        Capability.PROGRESS,
                        Capability.SESSIONS,
                        Capability.SLOT_PIN,
                        Capability.CANCEL_PROOF,
                        Capability.TOKENIZATION,
                        Capability.CHAT_TEMPLATES,
                        Capability.EMBEDDINGS,
                        Capability.ENGINE_METRICS,
                        Capability.SLOT_CACHES),
                descriptor.capabilities());
        assertEquals(
                Set.of(
                        "connect-timeout",
                        "health-timeout",
                        "exclusive",
                        "session-idle",
                        "session-turns",
                        "request-timeout",
                        "first-token-timeout",
                        "idle-timeout",
                        "call-timeout",
                        "unclaimed-timeout",
                        "stall-timeout",
                        "trust-store",
                        "trust-store-password",
                        "client-key-store",
                        "client-key-store-password"),
                descriptor.options().stream().map(option -> option.name()).collect(Collectors.toSet()));
        assertEquals(
                Set.of("trust-store-password", "client-key-store-password"),
                descriptor.options().stream()
                        .filter(option -> option.secret())
                        .map(option -> option.name())
                        .collect(Collectors.toSet()));
        assertTrue(descriptor.options().stream()
                .noneMatch(option -> option.description().isBlank()));
    }

    private IllegalArgumentException refusal(AdapterConfig.Builder config) {
        return assertThrows(
                IllegalArgumentException.class, () -> fixture.factory().create(config.build()));
    }

    @Test
    void create_withEverythingWrong_namesItAllAtOnce() {
        String message = refusal(fixture.config("ftp://engine")
                        .option("idle-timeout", "soon")
                        .option("health-timeout", "2h")
                        .option("colour", "red"))
                .getMessage();
        for (String part : List.of("idle-timeout", "health-timeout", "colour", "http://", "Options are")) {
            assertTrue(message.contains(part), part + " in " + message);
        }
    }

    /** TLS (SEC-02, CFG-02): what makes no sense is refused at once, and no password is told. */
    @Test
    void create_withPasswordsOfNothingAndABlankStore_namesItAllAtOnce() {
        String message = refusal(fixture.config("https://engine")
                        .option("trust-store", " ")
                        .option("client-key-store-password", "hunter2")
                        .option("idle-timeout", "soon"))
                .getMessage();
        for (String part : List.of(
                "'trust-store' must be the path of a file",
                "'client-key-store-password' needs option 'client-key-store'",
                "idle-timeout")) {
            assertTrue(message.contains(part), part + " in " + message);
        }
        assertFalse(message.contains("hunter2"), message);
    }

    @Test
    void create_withOptionsOfTlsForAPlainUrl_isRefused() {
        String message = refusal(fixture.config("http://engine")
                        .option("trust-store", "ca.pem")
                        .option("client-key-store", "client.p12")
                        .option("client-key-store-password", "hunter2"))
                .getMessage();
        assertTrue(
                message.contains("no TLS for option 'trust-store', 'client-key-store', 'client-key-store-password'"),
                message);
        assertTrue(message.contains("https://"), message);
        assertFalse(message.contains("hunter2"), message);
    }

    /** CFG-04: the stores are read at the first connection. */
    @Test
    void create_withStoresThatDoNotExist_readsThemNot() {
        fixture.adapter(fixture.config("https://engine")
                .option("trust-store", "/no/such/file")
                .option("client-key-store", "/no/such/file"));
    }

    @Test
    void create_withoutAUrl_saysWhatToGive() {
        String message = refusal(AdapterConfig.builder()).getMessage();
        assertTrue(message.contains("no URL") && message.contains("http://127.0.0.1:8080"), message);
    }

    @ParameterizedTest
    @CsvSource({
        "''",
        "engine:8080",
        "http://",
        "http://:8080",
        "http://user:password@engine",
        "http://engine:0",
        "http://engine:99999",
        "http://engine?q=1",
        "'http://engine /x'",
        "http://[::1",
        "https://:8443"
    })
    void create_withAMalformedUrl_isRefusedWithoutRepeatingIt(String url) {
        String message = refusal(fixture.config(url)).getMessage();
        assertTrue(message.contains("URL"), message);
        assertFalse(message.contains("password@"), message);
    }

    @Test
    void create_opensAndAsksNothing() throws Exception {
        FakeEngine engine = fixture.engine();
        Leaks before = Leaks.snapshot();
        WorkerAdapter adapter = fixture.adapter(fixture.config(engine.url()).token(Secret.from(() -> {
            throw new AssertionError("create needs no token");
        })));
        assertEquals(List.of(), before.found(Duration.ZERO));
        adapter.close();
    }

    @Test
    void basePath_isKept() throws Exception {
        FakeEngine engine = fixture.engine().on("/llm/v2/completion", line -> line.stream(FakeEngine.END));
        AdapterFixture.end(fixture.adapter(fixture.config(engine.url() + "/llm/v2/"))
                .submit(AdapterFixture.task().build()));
        assertEquals(1, engine.requests("/llm/v2/completion").size());
        assertEquals(1, engine.requests("/llm/v2/props").size());
    }
}
