package io.llamaorch.adapter.tck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What Linux tells of TCP sockets. */
final class TcpSockets {

    private static final List<Path> TABLES = List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"));

    /** By the system's number for it, from 1 on. */
    private static final List<String> STATES = List.of(
            "ESTABLISHED",
            "SYN_SENT",
            "SYN_RECV",
            "FIN_WAIT1",
            "FIN_WAIT2",
            "TIME_WAIT",
            "CLOSE",
            "CLOSE_WAIT",
            "LAST_ACK",
            "LISTEN",
            "CLOSING");

    // The columns of a row.
    private static final int LOCAL = 1;
    private static final int REMOTE = 2;
    private static final int STATE = 3;
    private static final int INODE = 9;

    private TcpSockets() {}

    /** Each socket of this network by the name that a file descriptor has for it. */
    static Map<String, String> byName() {
        Map<String, String> sockets = new HashMap<>();
        for (Path table : TABLES) {
            try {
                for (String row : Files.exists(table) ? Files.readAllLines(table) : List.<String>of()) {
                    String[] column = row.strip().split("\\s+");
                    if (column.length > INODE && !column[0].equals("sl")) {
                        sockets.put("socket:[" + column[INODE] + "]", described(column));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return sockets;
    }

    private static String described(String[] column) throws UnknownHostException {
        int state = Integer.parseInt(column[STATE], 16);
        String name = state <= STATES.size() ? STATES.get(state - 1) : "state " + state;
        return name.equals("LISTEN")
                ? "a server socket on " + address(column[LOCAL])
                : "a socket from " + address(column[LOCAL]) + " to " + address(column[REMOTE]) + ", " + name;
    }

    /** An address is written as 32-bit words, each the other way round on the usual machine. */
    private static String address(String text) throws UnknownHostException {
        int colon = text.indexOf(':');
        byte[] address = new byte[colon / 2];
        for (int i = 0; i < address.length; i++) {
            int from = 2 * (i / 4 * 4 + 3 - i % 4);
            address[i] = (byte) Integer.parseInt(text.substring(from, from + 2), 16);
        }
        return InetAddress.getByAddress(address).getHostAddress() + ":"
                + Integer.parseInt(text.substring(colon + 1), 16);
    }
}
