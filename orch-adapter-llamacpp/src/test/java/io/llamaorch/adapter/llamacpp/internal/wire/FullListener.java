package io.llamaorch.adapter.llamacpp.internal.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** A listener that answers nobody any more: who connects to it now hangs. */
public final class FullListener implements AutoCloseable {

    private final ServerSocket server;
    private final List<SocketChannel> waiting = new ArrayList<>();

    public FullListener(String address, int port) throws IOException {
        server = new ServerSocket(port, 1, InetAddress.getByName(address));
        boolean accepted = true;
        while (accepted) {
            SocketChannel channel = SocketChannel.open();
            waiting.add(channel);
            channel.configureBlocking(false);
            accepted = channel.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()))
                    || channel.finishConnect();
        }
    }

    int port() {
        return server.getLocalPort();
    }

    Endpoint endpoint() {
        return Endpoint.parse("http://127.0.0.1:" + port());
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : waiting) {
            channel.close();
        }
        server.close();
    }
}
