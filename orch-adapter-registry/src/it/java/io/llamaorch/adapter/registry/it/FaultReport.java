package io.llamaorch.adapter.registry.it;

/**
 * What the report says of a fault, verdict, reason and remedy; the same stands in {@code docs/plugins.md}.
 *
 * @param title what is wrong, in words
 * @param asModules what a host of modules says
 * @param asClasses what a host on the class path says
 */
record FaultReport(String title, String asModules, String asClasses) {

    FaultReport {
        asClasses = asClasses.equals(Fault.SAME) ? asModules : asClasses;
    }
}
