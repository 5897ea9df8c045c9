package io.llamaorch.adapter.registry.internal.dispatch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers things from 0, equal ones alike.
 *
 * <p>Thread safety: calls must be serial.
 *
 * @param <T> what is numbered
 */
public final class Kinds<T> {

    private final Map<T, Integer> numbers = new HashMap<>();
    private final List<T> things = new ArrayList<>();

    /**
     * Finds the number of a thing; one that equals none before it gets the next.
     *
     * @param thing the thing
     * @return its number
     */
    public int of(T thing) {
        int number = numbers.computeIfAbsent(thing, unknown -> things.size());
        if (number == things.size()) {
            things.add(thing);
        }
        return number;
    }

    /**
     * Gives the thing that has a number.
     *
     * @param number a number that {@link #of} gave
     * @return the thing, or one that equals it
     */
    public T get(int number) {
        return things.get(number);
    }

    /** {@return how many different things there are} */
    public int size() {
        return things.size();
    }
}
