package io.llamaorch.adapter.tck.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.AdapterHost;
import io.llamaorch.adapter.registry.AdapterRegistry;
import io.llamaorch.adapter.registry.FollowedSource;
import io.llamaorch.adapter.registry.ReplicaSource;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** LIF-03: what a host that follows the file makes of {@code orch drain}. */
@NoLeaks
@Timeout(60)
class DrainedHostTest {

    private final AdapterHost host = AdapterHost.create(AdapterRegistry.discover());

    @TempDir
    Path folder;

    private Path file;
    private FollowedSource followed;

    @BeforeEach
    void follow() throws Exception {
        // more tokens than are read ahead, or a stream would be over before it is read
        String mock = "{\"engine\": \"mock\", \"options\": {\"length\": 1000}}";
        file = Files.writeString(folder.resolve("replicas.json"), "{\"replicas\": [" + mock + ", " + mock + "]}");
        followed = host.follow(ReplicaSource.file(file, Duration.ZERO));
        Patience.get(followed.refresh());
    }

    @AfterEach
    void close() {
        host.close();
    }

    private String drained(String... args) throws Exception {
        Screen screen = new Screen();
        List<String> command = new ArrayList<>(List.of("drain", "default/r0", "--replicas", "" + file));
        command.addAll(List.of(args));
        assertEquals(0, screen.run(command.toArray(String[]::new)), screen.err());
        return Patience.get(followed.refresh()).toString();
    }

    private List<String> bound() {
        return host.replicas("default").stream()
                .map(status -> status.replica() + " " + status.state())
                .toList();
    }

    private TokenStream onFirst() {
        return host.submit(
                "default", TaskRequest.builder("hi").pin(Pin.toReplica("r0")).build());
    }

    @Test
    void drain_whileAStreamRuns_letsItEndAndThenForgetsTheReplica() throws Exception {
        try (TokenStream running = onFirst()) {
            Iterator<TokenEvent> events = running.iterator();
            assertInstanceOf(TokenEvent.Started.class, events.next());

            assertEquals("bound [], rebound [], unbound [default/r0], unchanged 1", drained());

            assertEquals(List.of("r0 DRAINING", "r1 READY"), bound());
            TokenEvent last = events.next();
            while (events.hasNext()) {
                last = events.next();
            }
            assertInstanceOf(TokenEvent.End.class, last);
        }
        Patience.await("the drained replica is forgotten", () -> bound().equals(List.of("r1 READY")));
    }

    @Test
    void drain_always_sendsNewTasksElsewhere() throws Exception {
        drained();
        Patience.await("the drained replica is forgotten", () -> bound().equals(List.of("r1 READY")));
        assertTrue(Patience.get(host.submit("default", TaskRequest.builder("hi").build())
                                .collect())
                        .length()
                > 0);
        try (TokenStream refused = onFirst()) {
            assertInstanceOf(TokenEvent.Error.class, Patience.get(refused.outcome()));
        }
    }

    @Test
    void undo_always_bindsItAgain() throws Exception {
        drained();
        assertEquals("bound [default/r0], rebound [], unbound [], unchanged 1", drained("--undo"));
        assertTrue(Patience.get(onFirst().collect()).length() > 0);
    }

    @Test
    void drain_whenRepeated_changesNothing() throws Exception {
        drained();
        assertEquals("bound [], rebound [], unbound [], unchanged 1", drained());
    }
}
