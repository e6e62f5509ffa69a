using System.Text;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>
/// Writes an answer about a topic that obeys a plan: features are drawn, blocks laid out, sentences written within their lengths, then marked up and put together. What it writes is
/// meant to obey; <see cref="Quads.QuadCheck"/> tells whether it does.
/// </summary>
internal static class AnswerWriter
{
    /// <returns>Null: this attempt led nowhere.</returns>
    public static string? Write(Plan plan, Topic topic, SeededRandom random)
    {
        Filter filter = new(plan);
        Composer composer = new(topic, random, plan.Unit, filter.Allows) { IsBrief = plan.IsBrief };
        Cells cells = new(topic, random, filter.Allows);
        string? text = plan.Shape switch
        {
            Shape.JsonObject or Shape.JsonArray or Shape.Csv => DataText.Write(plan, composer, cells, random),
            Shape.Verse => Verse(plan, composer, random, filter),
            _ => Prose(plan, topic, composer, cells, random),
        };
        if (text is null)
            return null;
        if (plan.XmlTag is { } tag)
            text = $"<{tag}>\n{text}\n</{tag}>";
        if (plan.Quoted)
            text = plan.TextLanguage == Language.Chinese ? $"“{text}”" : $"\"{text}\"";
        return Cased(text, plan.Case);
    }

    private static string? Verse(Plan plan, Composer composer, SeededRandom random, Filter filter)
    {
        if (VerseText.Write(plan, composer, random, filter.Allows) is not { } lines)
            return null;
        string body = string.Join('\n', lines);
        if (!plan.NeedsTitle)
            return body;
        return TitleText.Write(plan, composer, random) is { } title ? title + "\n\n" + body : null;
    }

    private static string? Prose(Plan plan, Topic topic, Composer composer, Cells cells, SeededRandom random)
    {
        string slug = topic.English.Name.Replace(' ', '-');
        Features features = new(plan, composer, slug, random);
        if (new DraftLayout(plan, composer, cells, random).Make(features.Sentences) is not { } draft || plan.Shape != Shape.Example && !features.Assign(draft))
            return null;
        if (plan.NeedsTitle && (draft.Title = TitleText.Write(plan, composer, random)) is null)
            return null;
        if (features.References > 0)
            draft.Blocks.Add(References(plan, composer, features.References));
        int fixedLength = draft.Title is { } title ? Lengths.Of(title, plan.Unit) : 0;
        foreach (Block block in draft.Blocks)
            fixedLength += block.Fixed.Length == 0 ? 0 : block.Kind == BlockKind.Raw || plan.Unit == LengthUnit.Characters ? FixedLength(block.Fixed, plan.Unit) : 0;
        if (!new Budget(plan, composer).Write(draft, fixedLength) || !LetterSearch.Improve(plan, draft, composer, random) || !Emphasis.Apply(plan, draft, topic, random))
            return null;
        return Render(plan, draft);
    }

    private static int FixedLength(string text, LengthUnit unit) => unit == LengthUnit.Characters ? text.Length - text.Count(c => c == '\n') : Lengths.Of(text, unit);

    private static Block References(Plan plan, Composer composer, int count)
    {
        StringBuilder list = new(plan.TextLanguage == Language.Chinese ? "参考文献" : "References");
        HashSet<string> used = [];
        for (int n = 1; n <= count; n++)
        {
            string entry = composer.Fill("reference", plan.TextLanguage);
            for (int tries = 0; !used.Add(entry) && tries < 20; tries++)
                entry = composer.Fill("reference", plan.TextLanguage);
            list.Append($"\n[{n}] {entry}");
        }

        return new Block(BlockKind.Raw) { Fixed = list.ToString() };
    }

    private static string Render(Plan plan, Draft draft)
    {
        StringBuilder text = new(512);
        if (draft.Title is { } title)
            text.Append(title);
        Block? before = null;
        foreach (Block block in draft.Blocks)
        {
            bool together = before is not null && before.Kind == block.Kind && block.Kind is BlockKind.Item or BlockKind.Line;
            bool apart = plan.Separator is not null && before?.Kind == BlockKind.Paragraph && block.Kind == BlockKind.Paragraph;
            if (text.Length > 0)
                text.Append(together ? "\n" : apart ? $"\n\n{plan.Separator}\n\n" : "\n\n");
            text.Append(block.Fixed);
            foreach (Slot slot in block.Slots)
            {
                if (slot != block.Slots[0] && block.IsLines)
                    text.Append('\n');
                else if (slot != block.Slots[0] && slot.Language == Language.English)
                    text.Append(' ');
                text.Append(slot.Text);
            }

            before = block;
        }

        return text.ToString();
    }

    private static string Cased(string text, string? asked) => asked switch
    {
        "upper" => text.ToUpperInvariant(),
        "lower" => text.ToLowerInvariant(),
        "title" => string.Join(' ', text.Split(' ').Select(Capitals.First)),
        _ => text,
    };
}
