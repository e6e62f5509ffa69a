using TraceFast.Endpoint.Asking;

namespace TraceFast.Cli.Commands;

/// <summary>Writes this program's prompts for models, as a start for a user's own.</summary>
internal static class PromptsCommand
{
    /// <param name="names">The prompts of the command that it belongs to.</param>
    public static Command Create(CommandStreams streams, IReadOnlyList<PromptName> names, string example)
    {
        Argument<string> folder = new("folder")
        {
            Description = "gets one file for each prompt; existing files are an error and stay as they are",
        };
        Command command = new(
            "prompts",
            $"Writes this program's prompts for models; edit them and pass the folder with --prompts.\nExample: {example}")
        {
            folder,
        };
        command.SetAction(parsed =>
        {
            foreach (string path in PromptLibrary.WriteBuiltIn(names, parsed.GetValue(folder)!))
                streams.Text.WriteLine(path);
            return ExitCodes.Done;
        });
        return command;
    }
}
