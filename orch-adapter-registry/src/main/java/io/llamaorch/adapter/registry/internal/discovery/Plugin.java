package io.llamaorch.adapter.registry.internal.discovery;

import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/** A plugin that was loaded. It knows its loader and its adapters without keeping them in memory. */
final class Plugin {

    private final String loaderName;
    private final WeakReference<ClassLoader> loader;
    private final MadeAdapters made = new MadeAdapters();

    Plugin(UnitLoader loader) {
        this.loaderName = loader.getName();
        this.loader = new WeakReference<>(loader);
    }

    /** The loader's name, which no other plugin has. */
    String loaderName() {
        return loaderName;
    }

    /** The loader, for a moment; null if it is gone. */
    @Nullable
    ClassLoader loader() {
        return loader.get();
    }

    MadeAdapters made() {
        return made;
    }

    boolean isGone() {
        return loader.refersTo(null);
    }
}
