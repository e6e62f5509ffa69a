namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>detectable_format:constrained_response: contains one of three sentences.</summary>
internal sealed class ConstrainedResponse : IInstruction
{
    private static readonly string[] s_options = ["My answer is yes.", "My answer is no.", "My answer is maybe."];

    public string Request => "one of: My answer is yes. / My answer is no. / My answer is maybe.";

    public static IInstruction Read(InstructionArguments arguments) => new ConstrainedResponse();

    public Finding Check(string text)
    {
        bool found = s_options.Any(o => text.Contains(o, StringComparison.Ordinal));
        return new Finding(found, found ? "one of the answers is in it" : "none of the three answers is in it");
    }
}
