package io.llamaorch.adapter.registry.internal.dispatch;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which replica holds the cache of which session (DSP-04). The sessions that were not heard of for longest are forgotten.
 *
 * <p>Thread safety: calls must be serial.
 */
public final class Sessions {

    /** So many sessions of a pool are known: some 15 MB of them. */
    static final int CAPACITY = 100_000;

    private static final float LOAD_FACTOR = 0.75f;
    private static final int FEW = 16;

    private final int capacity;
    private final Map<String, Home> homes;

    /**
     * Where a session's cache is.
     *
     * @param replica the replica's id
     * @param epoch which life of that replica's engine; a later one has lost the cache
     */
    public record Home(String replica, long epoch) {}

    /** Knows no session yet. */
    public Sessions() {
        this(CAPACITY);
    }

    Sessions(int capacity) {
        this.capacity = capacity;
        this.homes = new LinkedHashMap<>(FEW, LOAD_FACTOR, true);
    }

    /**
     * Looks a session up.
     *
     * @param session its id
     * @return where its cache is; null if it is not known
     */
    public @Nullable Home home(String session) {
        return homes.get(session);
    }

    /**
     * Takes note of where a session goes.
     *
     * @param session its id
     * @param home where
     */
    public void moved(String session, Home home) {
        homes.put(session, home);
        if (homes.size() > capacity) {
            homes.remove(homes.keySet().iterator().next());
        }
    }
}
