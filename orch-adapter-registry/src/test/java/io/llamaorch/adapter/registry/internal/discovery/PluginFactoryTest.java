package io.llamaorch.adapter.registry.internal.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;
import org.mockito.stubbing.Answer;

@NoLeaks
class PluginFactoryTest {

    private final ClassLoader before = Thread.currentThread().getContextClassLoader();
    private final UnitLoader loader = new UnitLoader("plugin tiny.jar", List.of(), Map.of());
    private final MadeAdapters made = new MadeAdapters();
    private final AdapterFactory factory = Mockito.mock();
    private final PluginFactory plugin = new PluginFactory(factory, loader, made);
    private final AdapterConfig config =
            AdapterConfig.builder().replica("pool", "r0").build();
    private final List<ClassLoader> seen = new ArrayList<>();

    @Test
    void create_whenCalled_runsWithThePluginsLoaderAndNotesTheAdapter() {
        WorkerAdapter adapter = Mockito.mock();
        Mockito.when(factory.create(config)).thenAnswer(seeing(adapter));
        assertSame(adapter, plugin.create(config));
        assertEquals(List.of(loader), seen);
        assertSame(before, Thread.currentThread().getContextClassLoader());
        assertEquals(List.of("the adapter of replica pool/r0"), made.inMemory());
    }

    @Test
    void create_whenItThrows_putsTheLoaderBackAndNotesNothing() {
        Mockito.when(factory.create(config)).thenThrow(new IllegalArgumentException("no"));
        assertThrows(IllegalArgumentException.class, () -> plugin.create(config));
        assertSame(before, Thread.currentThread().getContextClassLoader());
        assertEquals(List.of(), made.inMemory());
    }

    @Test
    void create_whenItGivesNothing_givesNothing() {
        assertNull(plugin.create(config));
        assertEquals(List.of(), made.inMemory());
    }

    @Test
    void engine_whenAsked_runsWithThePluginsLoader() {
        Mockito.when(factory.engine()).thenAnswer(seeing("tiny"));
        assertEquals("tiny", plugin.engine());
        assertEquals(List.of(loader), seen);
    }

    private <T> Answer<T> seeing(T result) {
        return call -> {
            seen.add(Thread.currentThread().getContextClassLoader());
            return result;
        };
    }
}
