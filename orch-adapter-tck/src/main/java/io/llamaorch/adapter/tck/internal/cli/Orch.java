package io.llamaorch.adapter.tck.internal.cli;

/** The entry point of the command line; it prints its version and has no commands yet. */
public final class Orch {
    private Orch() {}

    public static void main(String[] args) {
        System.out.println(
                "orch " + Orch.class.getModule().getDescriptor().rawVersion().orElse("(unversioned)"));
    }
}
