using TraceFast.Constraints;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>
/// detectable_format:number_bullet_lists: lines whose first visible character is * not followed by *, and lines whose first is -; exactly so many.
/// </summary>
internal sealed class NumberBulletLists(int count) : IInstruction
{
    public string Request => $"{count} bullet points";

    public static IInstruction Read(InstructionArguments arguments) => new NumberBulletLists(arguments.Number("num_bullets"));

    public Finding Check(string text)
    {
        TextSpan[] found = [.. BulletLines.Stars(text).Concat(BulletLines.Dashes(text)).OrderBy(p => p.Start)];
        return new Finding(found.Length == count, $"{found.Length} bullet points", found);
    }
}
