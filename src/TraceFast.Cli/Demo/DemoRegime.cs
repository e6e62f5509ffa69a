namespace TraceFast.Cli.Demo;

/// <summary>A condition under which methods are compared.</summary>
/// <param name="Name">As in files and options.</param>
/// <param name="Title">As in tables.</param>
/// <param name="What">What is the case, in a sentence.</param>
/// <param name="Obey">With which probability an answer obeys a constraint that both instructions of its quad share.</param>
/// <param name="Confound">The share of first answers that begin with a title that nobody asked for, of those with room for one.</param>
/// <param name="StartsFromSft">Methods start from the model after SFT on the same quads, as in the IOPO paper, not from the base model.</param>
internal sealed record DemoRegime(string Name, string Title, string What, double Obey, double Confound, bool StartsFromSft)
{
    public static DemoRegime Clean { get; } = new("clean", "clean answers", "Every answer obeys all constraints of its instruction; all methods start from the base model.", 1, 0, false);

    public static DemoRegime Noisy { get; } = new(
        "noisy", "noisy answers, from SFT", "Answers obey a constraint that both instructions share only half of the time; all methods start from the model after SFT on the same quads, as in the paper.", 0.5, 0, true);

    public static DemoRegime Confounded { get; } = new(
        "confounded", "confounded answers", "Every first answer that has room for one begins with a title that nobody asked for; all methods start from the base model.", 1, 1, false);

    public static IReadOnlyList<DemoRegime> All { get; } = [Clean, Noisy, Confounded];
}
