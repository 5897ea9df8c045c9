package io.llamaorch.adapter.registry;

/** Throws anything, declared or not, as adapters that are not written in Java do. */
final class Sneaky {

    private Sneaky() {}

    static <T> T raise(Throwable thrown) {
        throw Sneaky.<RuntimeException>as(thrown);
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E as(Throwable thrown) throws E {
        throw (E) thrown;
    }
}
