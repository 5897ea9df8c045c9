package io.llamaorch.adapter.registry.internal.discovery;

import java.util.function.Supplier;

/** Runs code of a plugin as libraries expect it: many look for their services in the thread's context class loader. */
final class ContextLoader {

    private ContextLoader() {}

    /** Runs something with this loader in the thread's context, and puts the former one back. */
    static <T> T during(ClassLoader loader, Supplier<T> work) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return work.get();
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
