package io.llamaorch.adapter.tck.it.llama;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the system tells of the connections with a server on this machine: who is open, and what nobody has read. */
final class TcpQueues {
    private static final List<Path> TABLES = List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"));

    // The columns of a row, and the states that a client's socket has while it is open.
    private static final int LOCAL = 1;
    private static final int REMOTE = 2;
    private static final int STATE = 3;
    private static final int QUEUES = 4;
    private static final List<String> OPEN = List.of("01", "08");

    private TcpQueues() {}

    /** How many bytes the server has sent that no client has read; they lie in the sockets of either end. */
    static long unread(int serverPort) {
        return rows().mapToLong(row -> {
                    String[] queues = row[QUEUES].split(":");
                    return port(row[LOCAL]) == serverPort
                            ? Long.parseLong(queues[0], 16)
                            : port(row[REMOTE]) == serverPort ? Long.parseLong(queues[1], 16) : 0;
                })
                .sum();
    }

    /** How many connections clients on this machine hold open to the server. */
    static long clients(int serverPort) {
        return rows().filter(row -> port(row[REMOTE]) == serverPort && OPEN.contains(row[STATE]))
                .count();
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.indexOf(':') + 1), 16);
    }

    private static Stream<String[]> rows() {
        return TABLES.stream()
                .filter(Files::exists)
                .flatMap(TcpQueues::lines)
                .map(line -> line.strip().split("\\s+"));
    }

    private static Stream<String> lines(Path table) {
        try {
            return Files.readAllLines(table).stream().skip(1);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
