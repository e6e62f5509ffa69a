using System.CommandLine;
using TraceFast.Endpoint.Asking;

namespace TraceFast.Cli.Commands;

/// <summary>Writes the prompts that models are asked with, as a start for a user's own.</summary>
internal static class PromptsCommand
{
    /// <param name="streams">Where the files' names go.</param>
    /// <param name="names">The prompts of the command that it belongs to.</param>
    /// <param name="example">A call of it.</param>
    public static Command Create(CommandStreams streams, IReadOnlyList<PromptName> names, string example)
    {
        Argument<string> folder = new("folder")
        {
            Description = "gets one file for each prompt; files that are there already stay as they are and are an error",
        };
        Command command = new(
            "prompts",
            $"Writes the prompts that models are asked with; change them and name the folder with --prompts.\nExample: {example}")
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
