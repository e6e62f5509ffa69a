namespace TraceFast.Endpoint.Asking;

/// <summary>A prompt that there is, with the slots that it must have.</summary>
/// <param name="Owner">A type of the project that embeds the prompt's own text as "prompts/NAME.txt".</param>
/// <param name="Name">The file's name without .txt.</param>
/// <param name="Slots">Names of {{slots}}.</param>
public sealed record PromptName(Type Owner, string Name, IReadOnlyList<string> Slots)
{
    /// <summary>The plea to say an answer again in the form that was asked for.</summary>
    public static readonly PromptName Repair = new(typeof(PromptName), "repair", ["form"]);

    public string File => Name + ".txt";
}
