package io.llamaorch.adapter.registry.internal.discovery;

import java.nio.file.Path;

/** Why a plugin cannot be used, seen before anything of it runs. */
final class Refusal extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Path place;
    private final String module;
    private final String remedy;

    /** About a jar or a folder. */
    Refusal(Path place, String reason, String remedy) {
        this(place, "", reason, remedy);
    }

    /** About a module in a jar. */
    Refusal(Path place, String module, String reason, String remedy) {
        super(reason, null, false, false);
        this.place = place;
        this.module = module;
        this.remedy = remedy;
    }

    Path place() {
        return place;
    }

    String module() {
        return module;
    }

    String reason() {
        return String.valueOf(getMessage());
    }

    String remedy() {
        return remedy;
    }
}
