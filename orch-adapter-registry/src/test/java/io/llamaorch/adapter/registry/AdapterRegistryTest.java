package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.AdapterDescriptor;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdapterRegistryTest {

    private final AdapterRegistry registry = AdapterRegistry.empty();

    @Test
    void empty_whenAsked_knowsNothingAndReportsNothing() {
        assertEquals(Set.of(), registry.engines());
        assertEquals(List.of(), registry.report().adapters());
    }

    @Test
    void discover_whenNoAdapterIsOnThePath_findsNone() {
        assertEquals("no adapter was found", AdapterRegistry.discover().report().toString());
    }

    @Test
    void register_whenFit_isFoundByItsEnginesName() {
        AdapterFactory factory = new FakeFactory("fake");
        registry.register(factory);
        assertEquals(Set.of("fake"), registry.engines());
        assertSame(factory, registry.factory("fake"));
        assertEquals(Optional.of(factory), registry.find("fake"));
    }

    @Test
    void report_whenAdaptersComeAndGo_tellsWhatIsLoadedNow() {
        registry.register(new FakeFactory("b"));
        registry.register(new FakeFactory("a"));
        assertEquals(List.of("b", "a"), reported());
        registry.replace(new FakeFactory("b"));
        assertEquals(List.of("b", "a"), reported());
        registry.unregister("b");
        assertEquals(List.of("a"), reported());
    }

    private List<String> reported() {
        return registry.report().adapters().stream()
                .map(DiscoveredAdapter::engine)
                .toList();
    }

    @Test
    void register_whenTheEngineIsTaken_isRefusedAndChangesNothing() {
        AdapterFactory first = new FakeFactory("fake");
        registry.register(first);
        String message = assertThrows(IllegalArgumentException.class, () -> registry.register(new FakeFactory("fake")))
                .getMessage();
        assertTrue(message.contains("'fake'") && message.contains("replace"), message);
        assertSame(first, registry.factory("fake"));
    }

    @Test
    void register_whenNull_isRefused() {
        assertThrows(NullPointerException.class, () -> registry.register(null));
    }

    @Test
    void replace_whenThereIsOne_givesItBack() {
        AdapterFactory first = new FakeFactory("fake");
        AdapterFactory second = new FakeFactory("fake");
        assertEquals(Optional.empty(), registry.replace(first));
        assertEquals(Optional.of(first), registry.replace(second));
        assertSame(second, registry.factory("fake"));
    }

    @Test
    void unregister_whenThereIsOne_givesItBackOnce() {
        AdapterFactory factory = new FakeFactory("fake");
        registry.register(factory);
        assertEquals(Optional.of(factory), registry.unregister("fake"));
        assertEquals(Optional.empty(), registry.unregister("fake"));
        assertEquals(Set.of(), registry.engines());
    }

    @Test
    void engines_whenTheRegistryChanges_isASortedSnapshot() {
        registry.register(new FakeFactory("b"));
        registry.register(new FakeFactory("a"));
        Set<String> before = registry.engines();
        registry.register(new FakeFactory("c"));
        assertEquals(List.of("a", "b"), List.copyOf(before));
        assertThrows(UnsupportedOperationException.class, () -> before.add("d"));
    }

    @Test
    void factory_whenUnknown_namesWhatExistsAndTheNearest() {
        registry.register(new FakeFactory("llamacpp"));
        registry.register(new FakeFactory("other"));
        WorkerException thrown = assertThrows(WorkerException.class, () -> registry.factory("llama-cpp"));
        assertEquals(ErrorCode.NOT_FOUND, thrown.error().code());
        assertTrue(
                thrown.error().message().contains("'llama-cpp', only for llamacpp, other; did you mean 'llamacpp'?"),
                thrown.error().message());
    }

    @Test
    void factory_whenThereIsNoneAtAll_saysWhereToPutOne() {
        WorkerException thrown = assertThrows(WorkerException.class, () -> registry.factory("llamacpp"));
        assertEquals(ErrorCode.NOT_FOUND, thrown.error().code());
        assertTrue(
                thrown.error().message().contains("put an adapter's jar on"),
                thrown.error().message());
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                " ",
                "Llama",
                "llama cpp",
                "9llama",
                "-llama",
                "llama_cpp",
                "llama\n",
                "lläma",
                "a23456789012345678901234567890123"
            })
    void register_whenTheEnginesNameIsBad_isRefused(String name) {
        FakeFactory factory = new FakeFactory("x").named(() -> name);
        String message = assertThrows(IllegalArgumentException.class, () -> registry.register(factory))
                .getMessage();
        assertTrue(message.contains("its engine's name is '" + name + "'"), message);
        assertTrue(message.contains(FakeFactory.class.getName()), message);
        assertEquals(Set.of(), registry.engines());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a-", "llamacpp", "llama-cpp-2", "a2345678901234567890123456789012"})
    void register_whenTheEnginesNameIsGood_isTaken(String name) {
        registry.register(new FakeFactory(name));
        assertEquals(Set.of(name), registry.engines());
    }

    @Test
    void register_whenTheDescriptorIsNull_isRefused() {
        FakeFactory factory = new FakeFactory("fake").described(() -> null);
        assertRefused(factory, "its descriptor is null");
    }

    @Test
    void register_whenItIsOfAnotherGeneration_saysWhichAndWhatToDo() {
        int other = AdapterDescriptor.SPI_GENERATION + 1;
        FakeFactory factory = new FakeFactory("fake").described(() -> FakeFactory.descriptor(other));
        assertRefused(factory, "generation " + other + " of the SPI, and this host has 1; get a version");
    }

    static Stream<Arguments> whatIsThrown() {
        return Stream.of(
                Arguments.of(new IllegalStateException("boom")),
                Arguments.of(new NoSuchMethodError("boom")),
                Arguments.of(new ExceptionInInitializerError("boom")),
                Arguments.of(new AssertionError("boom")),
                Arguments.of(new StackOverflowError("boom")),
                Arguments.of(new IOException("boom"))); // languages without checked exceptions throw it undeclared
    }

    @ParameterizedTest
    @MethodSource("whatIsThrown")
    void register_whenTheEnginesNameCannotBeAsked_isRefused(Throwable thrown) {
        assertRefused(new FakeFactory("fake").named(() -> Sneaky.raise(thrown)), "it threw " + thrown);
    }

    @ParameterizedTest
    @MethodSource("whatIsThrown")
    void register_whenTheDescriptorCannotBeAsked_isRefused(Throwable thrown) {
        assertRefused(new FakeFactory("fake").described(() -> Sneaky.raise(thrown)), "it threw " + thrown);
    }

    @Test
    void register_whenTheJvmIsOutOfMemory_doesNotHideIt() {
        OutOfMemoryError error = new OutOfMemoryError("as scripted");
        FakeFactory factory = new FakeFactory("fake").named(() -> Sneaky.raise(error));
        assertSame(error, assertThrows(OutOfMemoryError.class, () -> registry.register(factory)));
    }

    private void assertRefused(AdapterFactory factory, String because) {
        String message = assertThrows(IllegalArgumentException.class, () -> registry.register(factory))
                .getMessage();
        assertTrue(message.contains(because), message);
        assertThrows(IllegalArgumentException.class, () -> registry.replace(factory));
        assertEquals(Set.of(), registry.engines());
    }
}
