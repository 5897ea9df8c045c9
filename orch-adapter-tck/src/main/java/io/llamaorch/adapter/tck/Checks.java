package io.llamaorch.adapter.tck;

/** Checks of arguments that several types share. */
final class Checks {
    private Checks() {}

    static void notNegative(String name, double value) {
        if (!(value >= 0)) {
            throw new IllegalArgumentException(name + " must not be negative, but is " + value);
        }
    }

    static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be 1 or more, but is " + value);
        }
    }

    static void status(int code) {
        if (code < 200 || code > 599) {
            throw new IllegalArgumentException("code must be from 200 to 599, but is " + code);
        }
    }
}
