package io.llamaorch.adapter.tck.internal.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line {@code orch}, described in {@code docs/command-line.md}. */
@Command(
        name = "orch",
        description = "Runs text-generation tasks on inference engines, through adapters.",
        synopsisSubcommandLabel = "COMMAND")
public final class Orch implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec spec;

    private Orch() {}

    public static void main(String[] args) {
        System.exit(run(Terminal.ofProcess(), args));
    }

    /** Runs one command to its end. */
    static int run(Terminal terminal, String... args) {
        try {
            return commandLine(terminal).execute(args);
        } catch (LinkageError e) { // an adapter that does not fit to this JVM or to its libraries
            terminal.tell(Failures.errorOf(e));
            return ExitCode.INTERNAL.number();
        }
    }

    static CommandLine commandLine(Terminal terminal) {
        CommandLine orch = new CommandLine(new Orch())
                .addSubcommand(new AdaptersCommand(terminal))
                .addSubcommand(new SubmitCommand(terminal))
                .addSubcommand(new HealthCommand(terminal))
                .addSubcommand(new PropertiesCommand(terminal))
                .addSubcommand(new MetricsCommand(terminal))
                .addSubcommand(new TokenizeCommand(terminal))
                .addSubcommand(new DetokenizeCommand(terminal))
                .addSubcommand(new TemplateCommand(terminal))
                .addSubcommand(new EmbedCommand(terminal))
                .addSubcommand(new ExplainCommand(terminal))
                .addSubcommand(new DrainCommand(terminal))
                .addSubcommand(new EngineCommand(terminal))
                .addSubcommand(new TckCommand(terminal))
                .addSubcommand(new AuditCommand(terminal));
        addHelp(orch);
        orch.getSubcommands().values().forEach(Orch::addHelp);
        Failures failures = new Failures(terminal);
        return orch.setParameterExceptionHandler(failures)
                .setExecutionExceptionHandler(failures)
                .setOut(terminal.out());
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "no command was given");
    }

    private static void addHelp(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        spec.mixinStandardHelpOptions(true).versionProvider(new VersionProvider());
        spec.usageMessage()
                .sortOptions(false)
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(ExitCode.help());
    }
}
