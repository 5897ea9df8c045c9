package io.llamaorch.adapter.llamacpp.internal.wire;

import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** What a connection needs of the I/O thread; a test that gives it reads of its own stands in for it. */
interface Loop {

    /** Has a handler's step run on the I/O thread; false if the loop has ended, and the step may never run. */
    boolean execute(EventLoop.Handler handler, Runnable step);

    /** Whether this is the I/O thread. */
    boolean isHere();

    /**
     * Has the system really close what was closed: a selector keeps a closed socket until it selects next, which may be
     * some way off. Belongs to the I/O thread.
     */
    void letGo();

    /** Lets go of a handler that needs nothing any more. */
    void leave(EventLoop.Handler handler);

    /** Watches a socket for its handler, or changes what it is watched for. Belongs to the I/O thread. */
    SelectionKey watch(SocketChannel socket, int operations, EventLoop.Handler handler);

    /** The one buffer that everything is read into and written from. Belongs to the I/O thread. */
    ByteBuffer buffer();

    /** Another one, empty and of this size at least, for one record of TLS. Belongs to the I/O thread. */
    ByteBuffer scratch(int bytes);

    /** Looks names up off the I/O thread. */
    NameLookup names();

    /** Who does what TLS would keep the I/O thread with. */
    HelperPool helpers();
}
