// Flows from what was to what is: bands between two columns of names, heights in proportion.
#include <algorithm>
#include <utility>

#include "cli/chart.h"
#include "cli/chart_axis.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr double kBandsHeight = 220;  // of all bands together, in pixels
constexpr double kThinnest = 1.5;     // what is there can be seen
constexpr double kLabelHeight = 32;   // two lines
constexpr double kNodeGap = 10;
constexpr int kNodeWidth = 6;
constexpr std::string_view kNodeShift = "translate(-6 0)";  // by its width
constexpr int kLabelIndent = 8;
constexpr uint64_t kShortFrom = 1000000000000;  // too long for the gutter
constexpr size_t kLabelBytes = 20;

struct Node {
  std::string name;
  std::string_view tone;
  uint64_t weight = 0;
  double height = 0;
  double y = 0;     // of its upper end
  double next = 0;  // where its next band begins
};

/// One side of the diagram: its nodes in the order in which they come, heaviest bands first.
class Side {
 public:
  Node& At(const std::string& name, std::string_view tone) {
    const auto found = std::find_if(nodes_.begin(), nodes_.end(),
                                    [&](const Node& node) { return node.name == name; });
    if (found != nodes_.end()) return *found;
    nodes_.push_back({name, tone});
    return nodes_.back();
  }
  /// Lays the nodes out from the top; gives the height of all.
  double Place() {
    double y = 0;
    for (Node& node : nodes_) {
      const double room = std::max(node.height, kLabelHeight);
      node.y = y + (room - node.height) / 2;
      node.next = node.y;
      y += room + kNodeGap;
    }
    return y;
  }
  const std::vector<Node>& nodes() const { return nodes_; }

 private:
  std::vector<Node> nodes_;
};

struct Layout {
  Side left, right;
  std::vector<double> thickness;  // of each band
  double height = 0;
};

Layout LayOut(const std::vector<FlowBand>& bands) {
  Layout layout;
  double whole = 0;
  for (const FlowBand& band : bands) whole += static_cast<double>(band.weight);
  for (const FlowBand& band : bands) {
    const double share = static_cast<double>(band.weight) / whole;
    layout.thickness.push_back(std::max(share * kBandsHeight, kThinnest));
    for (Node* node :
         {&layout.left.At(band.from, band.from_tone), &layout.right.At(band.to, band.to_tone)}) {
      node->height += layout.thickness.back();
      node->weight = SumUpTo(node->weight, band.weight);
    }
  }
  layout.height = std::max(layout.left.Place(), layout.right.Place());
  return layout;
}

void WriteBands(HtmlOut& html, const std::vector<FlowBand>& bands, Layout* layout) {
  const std::string height = Decimal(layout->height);
  const auto inner = html.In("svg", {{"width", "100%"},
                                     {"height", height},
                                     {"viewBox", Cat({"0 0 100 ", height})},
                                     {"preserveAspectRatio", "none"}});
  for (size_t i = 0; i < bands.size(); ++i) {
    const FlowBand& band = bands[i];
    double& from = layout->left.At(band.from, band.from_tone).next;
    double& to = layout->right.At(band.to, band.to_tone).next;
    const double thickness = layout->thickness[i];
    const auto curve = [](double begin, double end, std::string_view x_end) {
      return Cat({"C50 ", Decimal(begin), " 50 ", Decimal(end), " ", x_end, " ", Decimal(end)});
    };
    const std::string path =
        Cat({"M0 ", Decimal(from), curve(from, to, "100"), "V", Decimal(to + thickness),
             curve(to + thickness, from + thickness, "0"), "z"});
    const auto shape = html.In("path", {{"class", Cat({"band ", band.tone})}, {"d", path}});
    html.Leaf("title", Cat({Shortened(band.from), " → ", Shortened(band.to), ": ",
                            Thousands(band.weight), " ", band.what}));
    from += thickness;
    to += thickness;
  }
}

/// The nodes of a side as bars at that edge of the bands.
void WriteNodes(HtmlOut& html, const Side& side, bool right) {
  for (const Node& node : side.nodes()) {
    html.Leaf("rect",
              {{"class", node.tone},
               {"x", right ? "100%" : "0"},
               {"y", Decimal(node.y)},
               {"width", std::to_string(kNodeWidth)},
               {"height", Decimal(node.height)},
               {"transform", right ? kNodeShift : "translate(0 0)"}},
              "");
  }
}

/// Names and numbers of a side's nodes, `indent` from the edge `x` and growing away from it.
void WriteLabels(HtmlOut& html, const Side& side, std::string_view x, int indent) {
  const std::string dx = std::to_string(indent);
  const std::string_view anchor = indent < 0 ? "end" : "start";
  for (const Node& node : side.nodes()) {
    const double middle = node.y + node.height / 2;
    const auto text = html.In("text", {{"class", "name"}, {"text-anchor", anchor}});
    const auto line = [&](double y, std::string_view tone, std::string_view what) {
      html.Leaf("tspan", {{"class", tone}, {"x", x}, {"dx", dx}, {"y", Decimal(y)}}, what);
    };
    line(middle - 3, "outcome", Shortened(Printable(node.name), kLabelBytes));
    line(middle + 12, "amount",
         node.weight < kShortFrom ? Thousands(node.weight) : ShortNumber(node.weight));
  }
}

/// The labels beside the bands, where there is room for that.
void WriteGutter(HtmlOut& html, const Side& side, bool right, std::string_view height) {
  const auto svg = html.In(
      "svg",
      {{"class", "chart gutter"}, {"aria-hidden", "true"}, {"width", "100%"}, {"height", height}});
  WriteLabels(html, side, right ? "0" : "100%", right ? kLabelIndent : -kLabelIndent);
}

}  // namespace

void WriteFlowChart(HtmlOut& html, std::string_view title, std::string_view about,
                    std::vector<FlowBand> bands) {
  std::erase_if(bands, [](const FlowBand& band) { return band.weight == 0; });
  if (bands.empty()) return;
  std::stable_sort(bands.begin(), bands.end(),
                   [](const FlowBand& a, const FlowBand& b) { return a.weight > b.weight; });
  if (bands.size() > kMaxFlowBands) bands.resize(kMaxFlowBands);
  Layout layout = LayOut(bands);
  const int height = static_cast<int>(layout.height) + 1;
  const std::string height_text = std::to_string(height);
  const auto flow = html.In("div", {{"class", "flow"}});
  WriteGutter(html, layout.left, false, height_text);
  {
    const InChart svg(html, title, about, height, "bands");
    WriteBands(html, bands, &layout);
    WriteNodes(html, layout.left, false);
    WriteNodes(html, layout.right, true);
    // On narrow screens the labels stand on the bands.
    const auto labels = html.In("g", {{"class", "narrow"}});
    WriteLabels(html, layout.left, "0", kNodeWidth + kLabelIndent);
    WriteLabels(html, layout.right, "100%", -kNodeWidth - kLabelIndent);
  }
  WriteGutter(html, layout.right, true, height_text);
}

}  // namespace ringfence::cli
