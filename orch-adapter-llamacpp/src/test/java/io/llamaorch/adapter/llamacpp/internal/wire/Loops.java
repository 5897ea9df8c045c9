package io.llamaorch.adapter.llamacpp.internal.wire;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** For tests of other packages: an I/O thread whose names are looked up as the test says. */
public final class Loops {

    /** Finds the addresses of a name; may block. */
    public interface Names {

        InetAddress[] of(String host) throws UnknownHostException;
    }

    private Loops() {}

    public static SharedLoop resolving(Names names) {
        return new SharedLoop(names::of);
    }
}
