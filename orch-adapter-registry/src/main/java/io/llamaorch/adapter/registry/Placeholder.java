package io.llamaorch.adapter.registry;

/** Holds the package open until its first real type is here. */
public final class Placeholder {
    private Placeholder() {}
}
