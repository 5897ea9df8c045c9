package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterDescriptor;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Places in a pool: who gets which, and who gives his back. */
@NoLeaks
class AdapterHostBindTest {

    private final AdapterFactory factory = mock(AdapterFactory.class);
    private final WorkerAdapter adapter = mock(WorkerAdapter.class);
    private final AdapterRegistry registry = AdapterRegistry.empty();
    private final AdapterHost host = AdapterHost.create(registry);

    @BeforeEach
    void register() {
        when(factory.engine()).thenReturn("fake");
        when(factory.descriptor())
                .thenReturn(AdapterDescriptor.builder("Fake", "1", AdapterDescriptor.SPI_GENERATION)
                        .build());
        when(factory.create(any())).thenReturn(adapter);
        registry.register(factory);
    }

    @AfterEach
    void close() {
        host.close();
    }

    @Test
    void bind_whenNoIdIsGiven_makesTheFirstFreeOneOfThePool() {
        assertEquals("r0", host.bind(unnamed("p")).replica());
        host.bind(unnamed("p").toBuilder().replica("r1").build());
        assertEquals("r2", host.bind(unnamed("p")).replica());
        assertEquals("r0", host.bind(unnamed("q")).replica());
        HostFixture.over(host.unbind("p", "r0"));
        assertEquals("r0", host.bind(unnamed("p")).replica());
        assertEquals(
                List.of("r0", "r1", "r2"),
                host.replicas("p").stream().map(ReplicaStatus::replica).toList());
    }

    /** A factory may take its time; a second bind meanwhile must not get the same id. */
    @Test
    void bind_whenAnotherIsBeingMade_givesItAnotherId() {
        when(factory.create(any())).thenAnswer(call -> {
            AdapterConfig config = call.getArgument(0);
            if (config.replica().equals("r0")) {
                assertEquals("r1", host.bind(unnamed("p")).replica());
            }
            return adapter;
        });

        assertEquals("r0", host.bind(unnamed("p")).replica());
    }

    @Test
    void bind_whenTheFactoryRefuses_givesThePlaceBack() {
        when(factory.create(any())).thenThrow(new IllegalArgumentException("url is missing"));
        String message = assertThrows(IllegalArgumentException.class, () -> host.bind(unnamed("p")))
                .getMessage();
        assertEquals("replica p/r0 (fake): url is missing", message);

        doReturn(adapter).when(factory).create(any());
        assertEquals("r0", host.bind(unnamed("p")).replica());
    }

    @Test
    void bind_whenTheHostClosesMeanwhile_closesTheNewAdapter() {
        when(factory.create(any())).thenAnswer(call -> {
            host.close();
            return adapter;
        });

        assertThrows(IllegalStateException.class, () -> host.bind(unnamed("p")));
        verify(adapter).close();
        assertTrue(host.pools().isEmpty());
    }

    @Test
    void status_whenTheUrlHoldsCredentials_showsThemNowhere() {
        host.bind(ReplicaSpec.builder("fake")
                .url("http://user:hush@box:8080/v?key=hush#hush")
                .token(Secret.of("hush"))
                .build());
        ReplicaStatus status = host.replicas("default").get(0);

        assertEquals("http://…@box:8080/v?…", status.url().orElseThrow());
        assertFalse(status.toString().contains("hush"), status.toString());
        assertEquals("default r0 fake", status.pool() + " " + status.replica() + " " + status.engine());
    }

    private static ReplicaSpec unnamed(String pool) {
        return ReplicaSpec.builder("fake").pool(pool).build();
    }
}
