package io.llamaorch.adapter.registry.internal.discovery;

import io.llamaorch.adapter.registry.DiscoveredAdapter.Origin;
import java.util.List;

/** A plugin, as the report names it. */
final class UnitPlace implements Place {

    private final Unit unit;
    private final boolean modular;
    private final List<PluginJar> jars;

    UnitPlace(Unit unit, boolean modular, List<PluginJar> jars) {
        this.unit = unit;
        this.modular = modular;
        this.jars = List.copyOf(jars);
    }

    @Override
    public Origin of(Class<?> type) {
        String module = type.getModule().isNamed() ? type.getModule().getName() : "";
        return new Origin(Origins.location(type), module, layer());
    }

    @Override
    public Origin naming(String provider) {
        return jars.stream()
                .filter(jar ->
                        jar.services().contains(provider) || jar.provided().contains(provider))
                .findFirst()
                .map(this::of)
                .orElseGet(() -> of(new Refusal(unit.path(), "", "")));
    }

    Origin of(PluginJar jar) {
        return new Origin(Origins.location(jar.path()), modular ? jar.module().orElse("") : "", layer());
    }

    Origin of(Refusal refusal) {
        return new Origin(Origins.location(refusal.place()), refusal.module(), layer());
    }

    private String layer() {
        return unit.label() + (modular ? "" : Unit.CLASS_LOADER);
    }
}
