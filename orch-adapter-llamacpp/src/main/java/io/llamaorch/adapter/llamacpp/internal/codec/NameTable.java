package io.llamaorch.adapter.llamacpp.internal.codec;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Finds what a name means by its bytes, without making a string of it.
 *
 * <p>Thread safety: immutable.
 *
 * @param <M> what names mean
 */
final class NameTable<M> {

    private final byte[][] names;
    private final Object[] meanings;
    private final M otherwise;

    /** Makes a table; what is not in it means {@code otherwise}. */
    NameTable(Map<String, M> entries, M otherwise) {
        int size = Integer.highestOneBit(entries.size()) * 4; // never more than half full, so that a search ends
        this.names = new byte[size][];
        this.meanings = new Object[size];
        this.otherwise = otherwise;
        entries.forEach((text, meaning) -> {
            byte[] name = text.getBytes(StandardCharsets.UTF_8);
            int place = place(name, 0, name.length);
            while (names[place] != null) {
                place = (place + 1) & (size - 1);
            }
            names[place] = name;
            meanings[place] = meaning;
        });
    }

    /** What the name means that stands there. */
    @SuppressWarnings("unchecked") // only the constructor writes them
    M find(byte[] bytes, int from, int to) {
        int place = place(bytes, from, to);
        while (true) {
            byte[] name = names[place];
            if (name == null) {
                return otherwise;
            }
            if (to - from == name.length && isAt(from, name, bytes)) {
                return (M) meanings[place];
            }
            place = (place + 1) & (names.length - 1);
        }
    }

    /** By hand, as names are too short for what the library does to compare them. */
    private static boolean isAt(int from, byte[] name, byte[] bytes) {
        for (int i = 0; i < name.length; i++) {
            if (bytes[from + i] != name[i]) {
                return false;
            }
        }
        return true;
    }

    /** Length, first and last byte tell the names of an engine's events apart well enough. */
    private int place(byte[] bytes, int from, int to) {
        int hash = to - from;
        if (hash > 0) {
            hash = (hash * 31 + bytes[from]) * 31 + bytes[to - 1];
        }
        return (hash ^ hash >>> 5) & (names.length - 1);
    }
}
