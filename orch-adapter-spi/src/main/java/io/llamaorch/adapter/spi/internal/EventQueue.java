package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.TokenEvent;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The events that wait for their consumer: one producer at a time, one consumer at a time, no lock.
 */
final class EventQueue {

    private static final VarHandle NEXT;

    static {
        try {
            NEXT = MethodHandles.lookup().findVarHandle(Node.class, "next", Node.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The last node taken; its successor is the next to take. Consumer only. */
    private Node head = new Node(null);

    /** The last node put. Producer only. */
    private Node tail = head;

    /** Puts an event; the write is volatile, so that what the producer reads after it cannot be older. */
    void offer(TokenEvent event) {
        Node node = new Node(event);
        NEXT.setVolatile(tail, node);
        tail = node;
    }

    /** Takes the oldest event, or null. */
    @Nullable
    TokenEvent poll() {
        Node next = (Node) NEXT.getVolatile(head);
        if (next == null) {
            return null;
        }
        head = next;
        TokenEvent event = next.event;
        next.event = null;
        return event;
    }

    boolean isEmpty() {
        return NEXT.getVolatile(head) == null;
    }

    private static final class Node {
        private @Nullable TokenEvent event;

        @SuppressWarnings("unused") // by way of NEXT
        private volatile @Nullable Node next;

        private Node(@Nullable TokenEvent event) {
            this.event = event;
        }
    }
}
